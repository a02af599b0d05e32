import { type DeadLetter, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { Losses } from './losses.service.ts';
import { deadLetter } from './translate.ts';

@Controller()
export class DeadLetterConsumer {
  constructor(
    @Inject(Projection) private readonly projection: Projection,
    @Inject(Losses) private readonly losses: Losses,
  ) {}

  @On(topics.deadLetters)
  onDeadLetter(@Payload() letter: DeadLetter): Promise<void> {
    return this.projection.addDeadLetter(this.losses.of(topics.deadLetters, deadLetter(letter)));
  }
}
