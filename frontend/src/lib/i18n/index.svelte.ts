import * as en from './en';

/** A catalogue says the same things in another language. */
type Said<T> = T extends (...args: infer A) => string ? (...args: A) => string : T extends string ? string : { readonly [K in keyof T]: Said<T[K]> };
export type Messages = Said<typeof en>;

export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const load: Record<Language, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de'),
};

let current = $state.raw<Messages>(en);
let language = $state<Language>('en');

/** All text of the interface, in the language chosen: t.todo.add. */
export const t = Object.defineProperties(
  {},
  Object.fromEntries(Object.keys(en).map((key) => [key, { enumerable: true, get: () => current[key as keyof Messages] }])),
) as Messages;

/** The language in use, for Intl. The region, where the browser names one for this language, keeps its habits. */
export function locale(): string {
  const spoken = navigator.languages.find((l) => l.toLowerCase().startsWith(language));
  return spoken ?? (language === 'en' ? 'en-GB' : language);
}

/** The nearest language there is to a tag such as "de-AT". */
export function nearest(tag: string): Language {
  const primary = tag.toLowerCase().split('-')[0] ?? '';
  return primary in languages ? (primary as Language) : 'en';
}

/** The first of the browser's languages that there is. */
export function browserLanguage(): Language {
  const found = navigator.languages.map((l) => l.toLowerCase().split('-')[0] ?? '').find((l) => l in languages);
  return (found as Language | undefined) ?? 'en';
}

export async function speak(wanted: Language): Promise<void> {
  if (wanted === language) return;
  const messages = await load[wanted]();
  current = messages;
  language = wanted;
  document.documentElement.lang = wanted;
}
