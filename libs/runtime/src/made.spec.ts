import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { made, tokenOf } from './made.ts';
import { SETTINGS, settingsGroup } from './settings.ts';

const NUMBER = tokenOf<number>('the number of the test');
const WORDS = tokenOf<string>('the words of the test');

class Answer {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

describe('a provider that is made of other parts', () => {
  let app: INestApplicationContext | undefined;
  const start = async (...providers: Provider[]) => {
    app = await NestFactory.createApplicationContext(
      { module: class Host {}, providers },
      { logger: false, abortOnError: false },
    );
    return app;
  };
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it('gets each part under its name, in whatever order they are provided', async () => {
    const answer = made(
      Answer,
      { words: WORDS, number: NUMBER },
      ({ number, words }) => new Answer(`${words} ${number.toFixed(1)}`),
    );
    const { text } = (
      await start(answer, { provide: NUMBER, useValue: 4.25 }, { provide: WORDS, useValue: 'it is' })
    ).get(Answer);
    expect(text).toBe('it is 4.3');
  });

  it('may be made asynchronously, and may itself be a part', async () => {
    const number = made(NUMBER, {}, () => Promise.resolve(7));
    const answer = made(Answer, { number: NUMBER }, ({ number }) => new Answer(String(number)));
    expect((await start(answer, number)).get(Answer).text).toBe('7');
  });

  it('names what is missing by its meaning', async () => {
    const answer = made(Answer, { words: WORDS }, ({ words }) => new Answer(words));
    await expect(start(answer)).rejects.toThrow('the words of the test');
  });

  it('gets the settings of its group, and no others', async () => {
    const group = settingsGroup('letters', { A_MS: z.coerce.number(), B: z.string().optional() });
    const context = await start(
      { provide: SETTINGS, useValue: { A_MS: 5, SECRET: 'none of its own' } },
      group.provider,
    );
    expect(context.get<unknown>(group.KEY)).toEqual({ A_MS: 5 });
  });

  it('is not made where the service’s schema lacks one of its settings', async () => {
    const group = settingsGroup('letters', { A_MS: z.coerce.number().default(1) });
    await expect(start({ provide: SETTINGS, useValue: { SECRET: 'none of its own' } }, group.provider)).rejects.toThrow(
      'A_MS belongs to the group letters',
    );
  });
});
