import { type DeadLetter, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Projection } from '../projection/projection.port.ts';
import { givenUp } from './translate.ts';

@Controller()
export class DeadLetterConsumer {
  private readonly projection: Projection;

  constructor(@Inject(Projection) projection: Projection) {
    this.projection = projection;
  }

  @On(topics.deadLetters)
  onDeadLetter(@Payload() letter: DeadLetter): Promise<void> {
    return this.projection.giveUp(givenUp(letter));
  }
}
