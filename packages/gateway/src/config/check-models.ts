// What the shape alone cannot tell about `models`: ids that collide, targets and fallbacks that lead nowhere, prices.
import { isPrice, priceFromDollars, type PriceDollars } from '../billing/prices/price-dollars.ts'
import { nearestHint } from './nearest.ts'
import type { Report } from './report.ts'
import type { ConfigFile, ModelFile, ProviderFile } from './schema.ts'
import { checkCondition } from './target-condition-schema.ts'

type At = (...rest: PropertyKey[]) => PropertyKey[]

/** `providers` are those that will run, with or without an entry in this file. */
export function checkModels(
  file: ConfigFile,
  providers: readonly Pick<ProviderFile, 'name' | 'weight' | 'models'>[],
  report: Report,
): void {
  const names = checkNames(file, report)
  for (const provider of providers) for (const id of provider.models ?? []) names.add(id)
  for (const [index, model] of file.models.entries()) {
    const at: At = (...rest) => ['models', index, ...rest]
    checkTargets(model, providers, at, report)
    checkSplit(model, at, report)
    const copies = model.mirror?.model
    if (copies !== undefined && !isServed(copies, names, providers))
      report.problem(
        at('mirror', 'model'),
        `"${copies}" is not a model of this gateway.`,
        nearestHint(copies, [...names]),
      )
    if (copies === model.id) report.problem(at('mirror', 'model'), 'is the model itself.')
    checkPrice(model.price, at('price'), report)
    for (const [position, target] of (model.targets ?? []).entries())
      checkPrice(target.price, at('targets', position, 'price'), report)
    for (const [position, fallback] of model.fallbacks.entries()) {
      if (!isServed(fallback, names, providers)) {
        report.problem(
          at('fallbacks', position),
          `"${fallback}" is not a model of this gateway.`,
          nearestHint(fallback, [...names]),
        )
      }
    }
  }
}

/** Every id and alias, after reporting those that are taken twice. */
function checkNames({ models }: ConfigFile, report: Report): Set<string> {
  const ids = new Map<string, number>()
  for (const [index, { id }] of models.entries()) {
    const twin = ids.get(id)
    if (twin !== undefined)
      report.problem(
        ['models', index, 'id'],
        `"${id}" is also the id of models[${twin}].`,
        'Put all its targets under one entry.',
      )
    else ids.set(id, index)
    if (/[\s\p{Cc}]/u.test(id)) report.problem(['models', index, 'id'], 'must not hold spaces or control characters.')
    if (id.split('*').length > 2) report.problem(['models', index, 'id'], 'may hold one "*" only.')
  }
  const aliases = new Map<string, number>()
  for (const [index, model] of models.entries()) {
    for (const [position, alias] of model.aliases.entries()) {
      const path = ['models', index, 'aliases', position]
      const twin = aliases.get(alias)
      if (/[\s*\p{Cc}]/u.test(alias)) report.problem(path, 'must not hold "*", spaces or control characters.')
      if (twin !== undefined && twin !== index) report.problem(path, `"${alias}" is also an alias of models[${twin}].`)
      else if (ids.has(alias) && alias !== model.id)
        report.warning(path, `"${alias}" is the id of models[${ids.get(alias)}], and an exact id wins.`)
      aliases.set(alias, twin ?? index)
    }
  }
  return new Set([...ids.keys(), ...aliases.keys()])
}

function checkTargets(
  model: ModelFile,
  providers: readonly Pick<ProviderFile, 'name' | 'weight'>[],
  at: At,
  report: Report,
): void {
  if (!model.targets) return
  if (model.targets.length === 0) {
    report.problem(
      at('targets'),
      'is empty, so nothing could answer.',
      'Leave it out, or name a provider: [{ provider: openai }].',
    )
    return
  }
  const names = providers.map((provider) => provider.name)
  const seen = new Set<string>()
  for (const [position, target] of model.targets.entries()) {
    if (!names.includes(target.provider)) {
      report.problem(
        at('targets', position, 'provider'),
        `"${target.provider}" is not the name of a provider.`,
        nearestHint(target.provider, names),
      )
    }
    if (/[\s\p{Cc}]/u.test(target.model ?? ''))
      report.problem(at('targets', position, 'model'), 'must not hold spaces or control characters.')
    const stars = (target.model ?? '').split('*').length - 1
    if (stars > 1 || (stars === 1 && !model.id.includes('*'))) {
      report.problem(
        at('targets', position, 'model'),
        'holds a "*" that the id does not have.',
        'The "*" of an id stands for the same text in its targets.',
      )
    }
    if (target.when !== undefined) checkCondition(target.when, at('targets', position, 'when'), report)
    const key = `${target.provider}\n${target.model ?? model.id}`
    if (seen.has(key))
      report.problem(at('targets', position), 'is the same target as one before.', 'Raise its weight instead.')
    seen.add(key)
  }
  if (model.targets.every(({ when }) => when !== undefined)) {
    report.problem(
      at('targets'),
      'are all for some requests only, so the others would find none.',
      'Leave "when" out of one of them.',
    )
  }
  const weightOf = (name: string): number => providers.find((provider) => provider.name === name)?.weight ?? 1
  if (model.targets.every((target) => target.weight * weightOf(target.provider) === 0)) {
    report.problem(at('targets'), 'all have weight 0, so nothing could answer.', 'Give one of them a weight above 0.')
  }
}

function checkSplit({ strategy, split_by: splitBy, targets }: ModelFile, at: At, report: Report): void {
  if (splitBy !== undefined && strategy !== 'split')
    report.problem(at('split_by'), 'is only for the strategy "split".', 'Add strategy: split, or leave it out.')
  if (strategy === 'split' && targets !== undefined && targets.length < 2)
    report.warning(at('strategy'), '"split" has one target only, so there is nothing to compare.')
}

/** Amounts that are none, tiers that contradict each other. */
export function checkPrice(price: PriceDollars | undefined, path: readonly PropertyKey[], report: Report): void {
  const read = price && priceFromDollars(price)
  if (read === undefined || isPrice(read)) return
  for (const problem of read) report.problem([...path, ...problem.path], problem.message)
}

/** As a request would find it: id, alias, `provider/model`, wildcard. */
function isServed(name: string, names: ReadonlySet<string>, providers: readonly Pick<ProviderFile, 'name'>[]): boolean {
  if (names.has(name)) return true
  if (providers.some((provider) => name.startsWith(`${provider.name}/`))) return true
  for (const id of names) {
    const star = id.indexOf('*')
    if (star === -1) continue
    const [head, tail] = [id.slice(0, star), id.slice(star + 1)]
    if (name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)) return true
  }
  return false
}
