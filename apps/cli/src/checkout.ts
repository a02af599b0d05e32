/** `messaging` in a checkout: the operators' commands, the local system, and this repository's own tools. */
import { checkoutProgram } from './commands/checkout/program.ts';
import { run } from './program.ts';

await run(checkoutProgram(), process.argv.slice(2));
