// Corpus of efforts: work with texts, talk and plans, as in orders.ts.
import type { TaskType } from '../../../../src/routing/auto/picker/task-types.ts'

export const TEXTS: Partial<Readonly<Record<TaskType, string>>> = {
  extraction: `
0 Copy the phone number from this message.
0 What is the date in this line?
0 Give me the subject of the mail.
5 Reconstruct the order of events from these contradicting witness statements.
6 From the forty pages of minutes derive every obligation, its owner, its deadline and what it depends on.
5 Resolve who "he" and "they" are throughout, and build the graph of relations.
6 Normalise these bills of materials from five suppliers into one schema, and flag what contradicts.`,
  classification: `
0 Positive or negative?
0 Spam, yes or no?
0 Which language is this?
0 Reply with the category only.
5 Grade this proof and say precisely where it fails.
6 Judge whether the argument commits a fallacy, which one, and whether it can be repaired.
5 Decide under the policy below, with its exceptions to exceptions, whether the claim is covered.
6 Rank these ten research proposals by merit and feasibility, and justify each place.`,
  summary: `
0 Sum up this sentence in three words.
1 One line, please: what is this mail about?
1 Shorten this to a headline.
5 Synthesise these seven papers: where do they agree, where do they contradict each other, and why?
6 Write a briefing for the board from these twelve reports: weigh the evidence, name the gaps, and recommend.
5 Summarise the judgment with its reasoning, the dissent, and what it changes for practice.`,
  rewrite: `
0 Correct the comma.
0 Make this upper case.
0 Spell-check this word.
1 Say this more politely.
5 Rewrite the chapter so that the unreliable narrator only becomes apparent at the end.
6 Restructure this thirty-page argument so that every claim is supported before it is used.
5 Rewrite the clause so that all three lawyers' remarks are met without changing the risk.`,
  translation: `
0 Translate good night.
0 How do you say thank you in Greek?
0 What is "bread" in Polish?
0 "Guten Morgen" auf Spanisch?
0 Translate the word house.
1 Translate this short sentence.
5 Translate this patent claim, keep every term consistent with the glossary and the earlier claims.
6 Translate the sonnet and keep metre, rhyme and the double meaning in the last line.
5 Übersetze das Gedicht und erhalte Versmaß und Reim.
5 把这首古诗译成英文，保留韵律和双关。`,
  creative: `
0 A name for my cat?
1 A caption for a photo of the beach.
1 A two-line birthday wish.
2 Write a short rhyme about rain.
6 Write a sonnet in strict metre in which each line hides a letter of a name, and the volta turns the meaning round.
7 Outline a novel with three interwoven timelines whose clues only fit together at the end, without a hole in the plot.
6 A story without the letter e, told backwards, in exactly two hundred words.
6 Write a dialogue in which both say the opposite of what they mean, and a third understands neither.`,
  chat: `
0 hey
0 ok thanks
0 good morning
0 see you tomorrow
0 haha
0 merci, bonne nuit
0 danke dir
0 好的，谢谢
4 I have to choose between caring for my father and my job abroad. Help me think it through.
4 Argue against my dearest belief as strongly as you can, fairly.`,
  planning: `
0 What do I need for pancakes?
1 A packing list for one night.
1 Three ideas for dinner.
2 A to-do list for cleaning the flat.
6 Plan the move of a hospital to a new building without a day of closure; resources and risks below.
7 Design a system for ten million users: components, failure modes, capacity, cost, and how it grows.
7 Work out a strategy for entering three markets under these budget, legal and staffing constraints, with fallback plans.
7 Devise a roster for sixty nurses under all these rules, and say which ones collide.
7 Design the architecture of a payment platform: consistency, audit, fraud, regional outages; justify each trade-off.
6 Plan a research programme of four years with hypotheses, methods, risks and stop criteria.
7 Entwirf ein Konzept für den Ausfall eines Rechenzentrums, mit Abwägungen und Kosten.
7 Élaborez une stratégie complète sous ces dix contraintes et justifiez les compromis.
7 Diseña un plan que cumpla todas estas restricciones a la vez y demuestra que es óptimo.`,
  'rag-qa': `
0 According to the text, what is his name?
0 What time does the shop open, says the page below?
0 Is it mentioned? Yes or no.
5 The sources contradict each other: work out which is right, and show how you know.
6 Combine the three contracts and the amendment and tell which deadline applies in this case, with every step.
6 Use the tables in the appendix to recompute the claim of the report, and explain the difference.`,
}
