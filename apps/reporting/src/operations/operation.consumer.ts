import { type OperationChanged, topics } from '#libs/contracts';
import { On } from '#libs/transport';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OperationTable } from './operations.port.ts';

/** Hears how far the services are. */
@Controller()
export class OperationWordConsumer {
  constructor(@Inject(OperationTable) private readonly operations: Pick<OperationTable, 'hear'>) {}

  @On(topics.operationChanged)
  onChanged(@Payload() word: OperationChanged): Promise<void> {
    return this.operations.hear(word);
  }
}
