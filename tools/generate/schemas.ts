import * as contracts from '#libs/contracts';
import { Channel, channelRegistry, type Topic, topics } from '#libs/contracts';
import { providerFields } from '#libs/providers';
import { z } from 'zod';
import { catalogues } from '../../apps/cli/src/catalogue.ts';

/** A value that travels in a topic. */
export interface Contract {
  /** The schema's name in libs/contracts, such as EmailRequested. */
  name: string;
  schema: z.ZodType;
  /** The topics whose records hold it. */
  topics: Topic[];
}

/** The contracts of the topic map, in its order; one that several topics share is named once. */
export function contractsOfTopics(): Contract[] {
  const found = new Map<z.ZodType, Contract>();
  for (const topic of Object.values<Topic>(topics)) {
    if (!topic.schema) continue;
    const contract = found.get(topic.schema) ?? {
      name: nameOf(topic.schema, topic),
      schema: withProviders(topic.schema),
      topics: [],
    };
    contract.topics.push(topic);
    found.set(topic.schema, contract);
  }
  return [...found.values()];
}

/** A request as its channel reads it: the fields that the contract leaves open are those of the providers there are. */
function withProviders(contract: z.ZodType): z.ZodType {
  const channel = Channel.options.find((one) => channelRegistry[one].requested.schema === contract);
  if (!channel) return contract;
  const { out: request } = (contract as z.ZodPipe<z.ZodTransform, z.ZodObject>)._zod.def;
  return request.safeExtend(providerFields(catalogues[channel])).describe(contract.description!);
}

export function nameOf(schema: z.ZodType, topic: Topic): string {
  const entry = Object.entries(contracts).find(([, exported]) => exported === schema);
  if (!entry) throw new Error(`the schema of ${topic.name} is not exported by libs/contracts`);
  return entry[0];
}

/**
 * One JSON Schema per contract: what a producer may write, so what has a default is optional and unknown fields are
 * welcome.
 */
export function contractSchemas(): { file: string; schema: object }[] {
  return contractsOfTopics().map(({ name, schema, topics: of }) => {
    const { $schema, description, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
    const where = of.map((topic) => `messaging.${topic.name}`).join(', ');
    return {
      file: schemaFile(name),
      schema: {
        $schema,
        title: name,
        description: [`Value of ${where}.`, description ?? []].flat().join(' '),
        ...rest,
      },
    };
  });
}

/** EmailRequested → email-requested.schema.json */
export const schemaFile = (name: string): string =>
  `${name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.schema.json`;
