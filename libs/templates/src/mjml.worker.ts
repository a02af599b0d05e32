import core from 'mjml-core';
import preset from 'mjml-preset-core';

export interface MjmlQuestion {
  text: string;
  path: string;
  sharedFolder: string;
}

export interface MjmlError {
  line?: number | undefined;
  message: string;
  formattedMessage: string;
}

/** `fault`: what it threw, where that was an error. */
export type MjmlResponse = { html: string; errors: MjmlError[] } | { fault: string | undefined };

/** The worker's side. */
export default async function answerTo({ text, path, sharedFolder }: MjmlQuestion): Promise<MjmlResponse> {
  try {
    const options = {
      presets: [preset],
      filePath: path,
      actualPath: path,
      includePath: [sharedFolder],
      ignoreIncludes: false,
      keepComments: false,
      fonts: {},
    };
    const { html, errors } = await core.default(text, { ...options, validationLevel: 'soft' });
    return { html, errors: errors.map(({ line, message, formattedMessage }) => ({ line, message, formattedMessage })) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : undefined };
  }
}
