// Greetings, thanks and "could you please" say nothing about the task, yet they would move a point in feature space.
// What is cut: whole sentences at either end made only of such words, and a polite run-up to the first real word.

const WORDS = new Set(
  `a about above advance afternoon all an and any anyone appreciate appreciated are as ask asking assist assistance
  at be been best bother bothering bring can carefully cheers could day days dear do doing evening everybody everyone following for
  friend friends from give glad go good got grateful great greetings guys happy have having hello help helpful helping hey hi hiya hope i i'd
  i'll i'm i've if in is it kind kindly know let like little look looking lot love make many may me mind morning much my need nice
  now of on one our out please plz possible provide question questions quick quickly read really regards request
  right see so some someone something sorry sure take task team tell thank thankful thanks that that'd the
  there these thing this time to today trouble try us very want was we well wish with won't wonder wondering would you you'd
  you're your yours weekend wonderful problem issue below here's here it's hope fine help' much' assistant ai expert answer
  bitte danke hallo guten tag morgen abend kannst könntest könnten würdest können sie du mir mich helfen vielen dank lieber liebe viele grüße im voraus
  bonjour salut merci beaucoup peux pouvez tu vous pourriez pourrais s'il te plaît plait svp avance d'avance aider m'aider moi
  hola gracias buenos días dias buenas tardes puedes podrías podrias puede por favor ayudarme antemano muchas de
  olá ola obrigado obrigada você pode poderia ajudar bom dia me ciao grazie puoi potresti per favore aiutarmi mille buongiorno
  hej tack hoi dank je wel alsjeblieft
  你好 您好 谢谢 请 こんにちは ありがとう ございます お願いします 안녕하세요 감사합니다`
    .split(/\s+/u)
    .filter((word) => word !== ''),
)

/** A run of polite words counts only with one of these in it: "I have" alone opens many a real question. */
const MARKS = new Set(
  `please plz kindly thanks thank hello hi hey dear greetings appreciate appreciated grateful help could would can sorry cheers regards
  hope wondering morning afternoon evening bitte danke hallo dank kannst könntest könnten würdest bonjour salut merci svp s'il pouvez peux pourriez pourrais
  hola gracias puedes podrías favor olá ola obrigado obrigada poderia ciao grazie puoi potresti buongiorno hej tack alsjeblieft
  你好 您好 谢谢 请 こんにちは ありがとう 안녕하세요 감사합니다`
    .split(/\s+/u)
    .filter((word) => word !== ''),
)

const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’]*/gu
/** How far from either end politeness is looked for, in characters. */
const REACH = 240

/** The text without polite wrapping; the text as it is when nothing else would be left. */
export function stripPoliteness(text: string): string {
  const body = stripTail(stripHead(text))
  return /[\p{L}\p{N}]/u.test(body) ? body : text
}

function stripHead(text: string): string {
  const end = Math.min(text.length, REACH)
  let cut = 0
  let marked = false
  WORD.lastIndex = 0
  for (;;) {
    const match = WORD.exec(text)
    if (match === null || match.index >= end) break
    const word = match[0].toLowerCase().replaceAll('’', "'")
    if (!WORDS.has(word)) {
      // A sentence that goes on with real words keeps its own beginning unless that too is polite.
      return marked ? text.slice(Math.max(cut, match.index - tight(text, match.index))) : text.slice(cut)
    }
    marked ||= MARKS.has(word)
    const after = text[match.index + match[0].length]
    if (after !== undefined && SENTENCE_END.has(after)) {
      if (marked) cut = match.index + match[0].length + 1
      marked = false
    }
  }
  return text.slice(cut)
}

const SENTENCE_END = new Set(['.', '!', '?', '\n', ':', ',', '。', '！', '，', '？'])

/** Characters just before a word that belong to it: an opening bracket, quote, sign. */
function tight(text: string, index: number): number {
  let count = 0
  while (count < index && !/[\s.!?,:;。！，？]/u.test(text[index - count - 1] ?? ' ')) count++
  return count
}

function stripTail(text: string): string {
  let body = text.trimEnd()
  for (let turn = 0; turn < 4; turn++) {
    const start = lastSentenceStart(body)
    if (start <= 0 || body.length - start > REACH) return body
    const words = body.slice(start).match(WORD) ?? []
    const polite = words.every((word) => WORDS.has(word.toLowerCase().replaceAll('’', "'")))
    if (!polite || (words.length > 0 && !words.some((word) => MARKS.has(word.toLowerCase())))) return body
    body = body.slice(0, start).trimEnd()
  }
  return body
}

/** Where the last sentence begins: after the last mark that is followed by white space, or after a line break. */
function lastSentenceStart(text: string): number {
  for (let index = text.length - 2; index > 0 && text.length - index < REACH + 2; index--) {
    const character = text[index]
    if (character === '\n') return index + 1
    if (
      character !== undefined &&
      SENTENCE_END.has(character) &&
      character !== ',' &&
      /\s/u.test(text[index + 1] ?? ' ')
    )
      return index + 1
  }
  return 0
}
