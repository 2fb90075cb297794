export interface ImapMessage {
  uid: number;
  flags: readonly string[];
  /** Epoch ms. */
  receivedAt: number;
  raw(): Promise<Buffer>;
  size: number;
}

/** Nothing is ever taken out of a folder. */
export interface ImapFolder {
  /** 'INBOX' or 'Sent'. */
  name: string;
  /** '\\Sent'. RFC 6154. */
  specialUse: string | null;
  uidValidity: number;
  uidNext(): number;
  /** Ascending by uid. */
  messages(): readonly ImapMessage[];
  /** Returns the uid. */
  append(raw: Buffer, flags: readonly string[]): Promise<number>;
  /** Something was added; returns how to stop that. */
  onChange(callback: () => void): () => void;
}
