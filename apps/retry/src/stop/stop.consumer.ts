import { type CancelRequested, type StatusChanged, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { answeredBy } from '../answer/answered.policy.ts';
import { Answers } from '../answer/answers.port.ts';
import { StopService } from './stop.service.ts';

@Controller()
export class StopConsumer {
  constructor(
    @Inject(StopService) private readonly stopping: StopService,
    @Inject(Answers) private readonly answers: Answers,
  ) {}

  @On(topics.statusChanged)
  async onStatus(@Payload() fact: StatusChanged): Promise<void> {
    const answered = answeredBy(fact);
    if (answered) return this.answers.note(answered, answered.hop);
    await this.stopping.onFact(fact);
  }

  @On(topics.cancelRequested)
  async onCancel(@Payload() request: CancelRequested): Promise<void> {
    await this.stopping.cancel(request);
  }
}
