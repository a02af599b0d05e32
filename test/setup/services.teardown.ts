import { stopHost } from './host.ts';

export default (): Promise<void> => stopHost(globalThis.servicesHost);
