/** `messaging` in the image: what operators need where the platform runs. */
import { createProgram, run } from './program.ts';

await run(createProgram(), process.argv.slice(2));
