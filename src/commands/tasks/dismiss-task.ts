import type { TaskId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { settle } from './settle-task.ts';

/** Takes a task of an ended sequence off the queue. While the sequence is open it is refused: complete or skip it. */
export const dismissTask = (deps: CommandDeps, caller: Caller, taskId: TaskId): Promise<void> =>
  settle(deps, caller, taskId, { to: 'DISMISSED', outcome: null, note: null });
