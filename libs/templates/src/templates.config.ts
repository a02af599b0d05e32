import { z } from 'zod';

/** The folder of our own templates. */
export const templateSettings = {
  TEMPLATES_DIR: z
    .string()
    .min(1)
    .default('templates')
    .describe(
      'The folder of the templates (docs/templates.md), from the working directory. Read and checked at start; a ' +
        'broken template ends the service.',
    ),
};
