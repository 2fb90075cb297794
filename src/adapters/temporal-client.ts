import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

/** How Temporal is reached: what `@temporalio/envconfig` makes of the standard `TEMPORAL_*` settings. */
export interface TemporalSettings {
  connectionOptions: ConnectionOptions;
  namespace: string;
}

/** A client that connects when it is first used: the API boots and serves without Temporal. */
export const createTemporalClient = ({ connectionOptions, namespace }: TemporalSettings): Client =>
  new Client({ connection: Connection.lazy(connectionOptions), namespace });

/** Whether Temporal answers within 2 s. */
export async function isTemporalReady(client: Client, namespace: string): Promise<boolean> {
  try {
    await client.connection.withDeadline(Date.now() + 2_000, () =>
      client.connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false; // what the caller asks is exactly whether this fails
  }
}
