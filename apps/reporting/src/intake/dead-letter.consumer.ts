import { type DeadLetter, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { Losses } from './losses.service.ts';
import { deadLetter } from './translate.ts';

@Controller()
export class DeadLetterConsumer {
  private readonly projection: Projection;
  private readonly losses: Losses;

  constructor(@Inject(Projection) projection: Projection, @Inject(Losses) losses: Losses) {
    this.projection = projection;
    this.losses = losses;
  }

  @On(topics.deadLetters)
  onDeadLetter(@Payload() letter: DeadLetter): Promise<void> {
    return this.projection.addDeadLetter(this.losses.of(topics.deadLetters, deadLetter(letter)));
  }
}
