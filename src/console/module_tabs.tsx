/** Which module a page is about, where there are several. */
export function ModuleTabs({ modules, module, href, label }: {
  readonly modules: readonly string[];
  readonly module: string;
  readonly href: (module: string) => string;
  readonly label: string;
}) {
  if (modules.length < 2) return null;
  return (
    <nav class="tabs" aria-label={label}>
      {modules.map((name) => (
        <a
          href={href(name)}
          aria-current={name === module ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
