import { NumberInput, PasswordInput, Select, TextInput } from '@mantine/core';
import type { Problem } from '../client.ts';
import { fieldProblem } from '../shell/problem-note.tsx';

export interface Server {
  host: string;
  port: number;
  tls: 'implicit' | 'starttls' | 'none';
  user: string;
  password: string;
}

const encryptions = [
  { value: 'implicit', label: 'TLS' },
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'none', label: 'None' },
];

interface ServerFieldsProps {
  name: 'smtp' | 'imap';
  legend: string;
  server: Server;
  /** As it is kept: typing nothing leaves it alone. */
  isStored?: boolean;
  problem: Problem | null;
  onChange: (change: Partial<Server>) => void;
}

/** One of an email account's two servers, and how it opens. */
export function ServerFields({ name, legend, server, isStored = false, problem, onChange }: ServerFieldsProps) {
  const of = (field: string) => fieldProblem(problem, `${name}.${field}`);
  return (
    <fieldset className="server">
      <legend>{legend}</legend>
      <div className="server-line">
        <TextInput
          label="Server"
          placeholder={`${name}.example.com`}
          required
          value={server.host}
          error={of('host')}
          onChange={(event) => onChange({ host: event.currentTarget.value })}
        />
        <NumberInput
          label="Port"
          required
          hideControls
          value={server.port}
          error={of('port')}
          onChange={(port) => onChange({ port: Number(port) })}
        />
        <Select
          label="Encryption"
          data={encryptions}
          value={server.tls}
          error={of('tls')}
          onChange={(tls) => onChange({ tls: tls === 'starttls' || tls === 'none' ? tls : 'implicit' })}
        />
      </div>
      <div className="form-columns">
        <TextInput
          label="User"
          autoComplete="off"
          value={server.user}
          error={of('user')}
          onChange={(event) => onChange({ user: event.currentTarget.value })}
        />
        <PasswordInput
          label="Password"
          autoComplete="new-password"
          placeholder={isStored ? 'Unchanged' : ''}
          value={server.password}
          error={of('password')}
          aria-invalid={of('password') === undefined ? undefined : true}
          visibilityToggleButtonProps={{ 'aria-label': `Show the ${name.toUpperCase()} password` }}
          onChange={(event) => onChange({ password: event.currentTarget.value })}
        />
      </div>
    </fieldset>
  );
}

export const serverPaths = (name: 'smtp' | 'imap'): string[] =>
  ['host', 'port', 'tls', 'user', 'password'].map((field) => `${name}.${field}`);
