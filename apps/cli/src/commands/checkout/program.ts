import type { CliCommand } from '../../command.ts';
import { createProgram } from '../../program.ts';
import { downCommand } from './down.ts';
import { psCommand } from './ps.ts';
import { resetCommand } from './reset.ts';
import { sendCommand } from './send.ts';
import { toolCommands } from './tools.ts';
import { upCommand } from './up.ts';

/** All commands of a checkout. */
export const checkoutProgram = (): CliCommand =>
  createProgram([upCommand(), downCommand(), psCommand(), resetCommand(), sendCommand()], toolCommands());
