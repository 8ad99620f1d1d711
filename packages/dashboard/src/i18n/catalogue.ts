// Messages in ICU's syntax. The types see to it that every language has every message, and that every message is given
// what it asks for.
import type { Language } from './languages.ts'

type Texts = Readonly<Record<string, string>>
export type Translation<En extends Texts> = { readonly [Key in keyof En]: string }
export type MessageValue = string | number | boolean | Date

/** @typeParam En the English texts, as they are written */
export interface Catalogue<En extends Texts> {
  readonly texts: Readonly<Record<Language, Translation<En>>>
  /** Never there: carries the type. */
  readonly en?: En
}

/** Messages of one page or part. English is what the others are held against. */
export function defineMessages<const En extends Texts>(
  en: En,
  others: Readonly<Record<Exclude<Language, 'en'>, Translation<NoInfer<En>>>>,
): Catalogue<En> {
  return { texts: { en, ...others } }
}

/**
 * The arguments that a text names: `{count, plural, one {# key} other {# keys}}` names `count`. A branch of a single
 * word reads like one, so give it a second word.
 */
type ArgumentsOf<Text extends string> = Text extends `${string}{${infer Tail}`
  ? NameAt<Tail> | ArgumentsOf<Tail>
  : never
type NameAt<Tail extends string> = Tail extends `${infer Head}}${string}`
  ? Head extends `${infer Name},${string}`
    ? Word<Name>
    : Word<Head>
  : never
type Word<Name extends string> = Name extends '' | `${string}${' ' | '{' | '#' | '<' | '\n'}${string}` ? never : Name

/** What a message wants beside its key; nothing where it names no argument. */
export type ValuesFor<Text extends string> = string extends Text
  ? [values?: Readonly<Record<string, MessageValue>>]
  : [ArgumentsOf<Text>] extends [never]
    ? []
    : [values: { readonly [Name in ArgumentsOf<Text>]: MessageValue }]

export type KeyOf<En extends Texts> = keyof En & string

/** The keys of a catalogue whose messages want nothing beside: for tables of labels. */
export type PlainKey<Of> =
  Of extends Catalogue<infer En>
    ? { [Key in KeyOf<En>]: ValuesFor<En[Key]> extends [] ? Key : never }[KeyOf<En>]
    : never
