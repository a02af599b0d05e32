/** A method and path of a service as declared, such as `GET /v1/messages/:channel/:messageId`. */
export interface Route {
  method: string;
  path: string;
}

interface Entry extends Route {
  matches: RegExp;
}

/** The routes of a running service, as registered in Fastify. */
export class RouteTable {
  private readonly entries: Entry[] = [];

  add(methods: string | readonly string[], path: string): void {
    for (const method of [methods].flat()) this.entries.push({ method, path, matches: patternOf(path) });
  }

  all(): Route[] {
    return this.entries.map(({ method, path }) => ({ method, path }));
  }

  /** The methods that a request's path allows; none: the path does not exist. `url` may have a query. */
  methodsAt(url: string): string[] {
    const path = url.replace(/\?.*$/s, '');
    return [...new Set(this.entries.filter(({ matches }) => matches.test(path)).map(({ method }) => method))];
  }
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part
      .split('*')
      .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
