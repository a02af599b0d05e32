import { join } from 'node:path';

export interface Command {
  command: string;
  args: readonly string[];
}

/** A language whose official libraries are tried, and how. */
export interface Language {
  name: string;
  /** Folder of its trials in apps/sandbox/sdks. */
  folder: string;
  /**
   * Brings the libraries from the language's registry into `into`; where one of these fails, the language is skipped.
   */
  prepare: (into: string) => readonly Command[];
  run: (into: string) => Command;
}

export const languages: readonly Language[] = [
  {
    name: 'Python',
    folder: 'python',
    prepare: (into) => [
      { command: 'python3', args: ['-m', 'venv', into] },
      {
        command: join(into, 'bin', 'pip'),
        args: ['install', '--quiet', '--disable-pip-version-check', '--requirement', 'requirements.txt'],
      },
    ],
    run: (into) => ({ command: join(into, 'bin', 'python'), args: ['-B', 'main.py'] }),
  },
  {
    name: 'Go',
    folder: 'go',
    prepare: (into) => [{ command: 'go', args: ['build', '-o', join(into, 'trials'), '.'] }],
    run: (into) => ({ command: join(into, 'trials'), args: [] }),
  },
];
