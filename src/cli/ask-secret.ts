import type { EventEmitter } from 'node:events';
import { Failure } from './client.ts';

/** A terminal to read from, key by key. */
interface Keys extends EventEmitter {
  setRawMode?(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  setEncoding(encoding: 'utf8'): unknown;
}

const ENTER = ['\r', '\n', '\u0004'];
const BACKSPACE = ['\b', '\u007f'];
const CTRL_C = '\u0003';

/** Asks a question and reads one line without showing it. Ctrl-C gives up. The terminal is left as it was. */
export async function askSecret(question: string, keys: Keys, out: { write(text: string): unknown }): Promise<string> {
  out.write(question);
  keys.setRawMode?.(true);
  keys.setEncoding('utf8');
  keys.resume();
  let typed = '';
  try {
    return await new Promise<string>((resolve, reject) => {
      const read = (text: string) => {
        for (const key of text) {
          if (key === CTRL_C) return finish(() => reject(new Failure('nothing was done')));
          if (ENTER.includes(key)) return finish(() => resolve(typed));
          typed = BACKSPACE.includes(key) ? Array.from(typed).slice(0, -1).join('') : typed + key;
        }
      };
      const ended = () => finish(() => reject(new Failure('nothing was done: the input ended before the secret')));
      const finish = (settle: () => void) => {
        keys.off('data', read).off('end', ended);
        settle();
      };
      keys.on('data', read).on('end', ended);
    });
  } finally {
    keys.setRawMode?.(false);
    keys.pause();
    out.write('\n');
  }
}
