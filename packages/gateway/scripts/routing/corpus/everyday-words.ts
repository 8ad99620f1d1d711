// Corpus: more whole requests, one a line: reasoning, working on texts, writing, talking. The words of each type, not its subjects. The digit is the effort (`rated-lines.ts`).
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const EVERYDAY_WORDS: Partial<Readonly<Record<TaskType, string>>> = {
  logic: `
1 Anna is older than Ben, Ben is older than Clara. Who is the youngest?
1 Which word does not belong: apple, pear, carrot, plum?
5 You have two ropes that each burn for an hour. How do you measure 45 minutes?
3 What comes next: 2, 6, 12, 20, 30?
4 All cats are animals. Some animals are black. Can we conclude that some cats are black?
5 Three boxes, all labels are wrong. From which one do you draw?
4 If yesterday had been two days later, it would be Friday. What day is today?
0 Where would you most likely find a towel: kitchen drawer, bathroom, garage?
3 A father and son have an accident; the surgeon says "that is my son". How?
5 You stand before two guards, one always lies. What do you ask?
6 Five friends sit in a row; use the clues to find their order.
4 Is the following argument valid? Explain.
2 What would happen if you left a glass bottle full of water in the freezer?
3 Wenn alle Bloops Razzies sind und alle Razzies Lazzies, sind dann alle Bloops Lazzies?
2 Ein Rätsel: Was wird nasser, je mehr es trocknet?
1 Trouve l'intrus : chien, chat, table, lapin.
1 ¿Qué número sigue en la serie 1, 1, 2, 3, 5, 8?
6 谁在说谎？根据下面的条件推理。
4 次の条件から順番を推理してください。`,
  extraction: `
1 Get the name, date and amount out of this invoice as JSON.
1 List every person mentioned in the text below.
0 Which dates appear in this letter?
0 Return only the email addresses.
1 From the message, take the order number and the reason for the complaint.
1 Fill in this table from the description: brand, model, price.
0 What phone numbers does the page contain?
1 Give me the ingredients with quantities as a list.
2 Find all action items and who is responsible.
2 Copy out the quotes and their speakers.
1 Parse this log line into fields.
2 Identify the medications and doses in the note.
3 Pull out the key figures of the report.
1 Nenne alle Namen und Orte, die im Text vorkommen.
1 Lies Datum und Betrag aus der Rechnung aus und gib sie als JSON zurück.
0 Relève toutes les dates citées dans ce texte.
1 Extrae los nombres y cargos de la lista.
1 Estrai il numero di fattura e il totale.
1 提取文中所有人名和地名。
1 次の文章から日付と金額を抜き出してください。`,
  classification: `
0 Is this comment friendly, neutral or rude?
1 Put each of these tickets into one of the categories billing, technical, other.
0 Does the following mail look like spam? Answer yes or no.
1 Label the sentence as fact or opinion.
1 What is the tone of this message?
0 Which topic does the article belong to: sports, politics, business or culture?
1 Rate the sentiment from 1 to 5.
3 Decide whether the statement contradicts the premise.
1 Assign a priority to this request: low, medium or high.
1 Tag the intent of the user's message.
0 Is this tweet offensive? Reply with one word.
1 Which of the labels fits best?
0 What language is this text written in?
1 Sort these products into departments.
0 Ist diese Bewertung positiv oder negativ?
1 Ordne die Anfrage einer Abteilung zu.
0 Ce message est-il positif, négatif ou neutre ?
0 Clasifica el siguiente comentario como queja o consulta.
0 Questa recensione è positiva?
0 判断下面的评论是正面还是负面。
0 次の文を肯定・否定・中立に分類してください。`,
  summary: `
2 Summarise this article in three sentences.
2 What are the main points of the text below?
1 Give me the short version.
2 Boil this down to one paragraph for my boss.
3 Summarise the meeting notes with decisions and open questions.
3 Write an abstract of at most 100 words.
1 TL;DR please.
1 What is this thread about, in two lines?
2 Condense the report into five bullets.
2 Sum up what was agreed.
3 Key takeaways of the talk transcript, please.
3 Make a brief of this document for people who have not read it.
2 Fasse den folgenden Text kurz zusammen.
2 Was sind die wichtigsten Aussagen dieses Artikels?
2 Résume ce texte en quelques lignes.
2 Resume el siguiente artículo en cinco puntos.
2 Riassumi il testo in poche righe.
2 Faça um resumo deste documento.
1 用一句话概括这篇文章。
2 この文章を三行で要約してください。`,
  rewrite: `
1 Make this mail sound more polite.
1 Correct the grammar and spelling of the following text.
1 Rephrase the sentence so that it is easier to understand.
1 Shorten this paragraph without losing its meaning.
2 Turn my notes into proper prose.
1 Can you say this in a more formal way?
2 Rewrite the text for a ten-year-old.
3 Improve the flow of my cover letter.
1 Use the active voice instead of the passive.
2 Paraphrase the passage in your own words.
2 Make the tone friendlier and remove the jargon.
1 Proofread this, keep my style.
1 Change it from first person to third person.
1 Formuliere diesen Satz höflicher.
0 Korrigiere die Rechtschreibung.
1 Reformule ce paragraphe plus simplement.
1 Corrige la ortografía y mejora el estilo.
1 Riscrivi questa frase in modo più formale.
1 Reescreva o texto de forma mais curta.
1 请润色下面这段话。
1 この文を丁寧な言い方に直してください。`,
  translation: `
1 Translate this into German.
0 How do you say "see you tomorrow" in Portuguese?
0 What does "schadenfreude" mean in English?
1 Please give me the Spanish version of the text.
1 Translate the menu from Italian to English.
0 English to Japanese: where is the station?
2 Put the following letter into French, formal address.
5 Render this poem in English.
2 Translate the strings in this file, keep the placeholders.
0 What is the Polish word for bread?
1 Übersetze den Text ins Englische.
0 Wie heißt das auf Französisch?
0 Traduis cette phrase en anglais.
0 Comment dit-on « bon appétit » en allemand ?
0 Traduce esto al inglés, por favor.
0 Traduci in inglese la seguente frase.
1 Traduza para o português.
1 Переведи это на английский.
1 把这句话翻译成英文。
1 次の文を英語に訳してください。
1 다음 문장을 영어로 번역해 주세요.`,
  creative: `
3 Write a poem about the sea in winter.
3 Tell me a bedtime story about a fox who cannot sleep.
2 Invent a slogan for a bicycle shop.
5 Write the opening scene of a crime novel set on a ferry.
3 Compose a birthday song for my grandmother.
2 Come up with ten names for a coffee bar.
3 Write a dialogue between the moon and a lamp.
3 Give me a limerick about Mondays.
5 A short horror story of exactly one hundred words.
4 Write lyrics in the style of an old sea shanty.
4 Describe an alien market place.
3 Write a funny toast for a wedding.
4 Make up a legend about how owls learned to hoot.
3 Schreibe ein Gedicht über den Herbst.
3 Erfinde eine Geschichte über einen mutigen Igel.
3 Écris un conte sur une horloge magique.
3 Escribe un cuento corto sobre un faro.
3 Scrivi una poesia d'amore.
3 写一首关于春天的诗。
3 猫についての短い物語を書いてください。`,
  chat: `
0 Hi, how is it going?
0 Who are you?
0 Tell me something nice.
1 I can't sleep.
1 What do you think about pineapple on pizza?
0 lol that was funny
0 Good night!
0 I passed my exam today!
1 Do you have feelings?
0 I am bored, talk to me.
1 What can you do?
2 My dog died yesterday.
0 ok
0 you're right, never mind
1 Do you remember what we talked about?
1 Haha, tell me another one.
0 Hallo, wie geht es dir?
0 Mir ist langweilig.
0 Salut, ça va ?
0 Hola, ¿qué tal?
0 Ciao, come stai?
0 你叫什么名字？
0 おはよう！
0 안녕, 뭐 해?`,
  planning: `
3 Plan a long weekend in Lisbon for two.
3 Make a weekly meal plan for a family with a small budget.
4 How should I organise moving house within a month?
3 Propose a timetable for a training course of two days.
4 I want to run a half marathon in twelve weeks, set up a training plan.
5 Which steps do I need to open a small bakery?
6 Help me structure my master's thesis.
3 Create a study schedule for three exams.
5 Outline a marketing plan for a new app.
2 Give me a checklist for a camping trip with children.
6 What should the road map for the next quarter look like?
3 How do I prepare for a job interview next week?
2 Suggest a morning routine that leaves time for sport.
3 Ideas for a birthday party for eight-year-olds, with a timetable.
3 Erstelle einen Lernplan für vier Wochen.
3 Plane eine Radtour am Wochenende.
3 Organise un voyage de trois jours à Rome.
3 Hazme un plan de ahorro para un año.
3 Crea un programma di allenamento per principianti.
3 帮我制定一个学习计划。
3 三日間の京都旅行の計画を立ててください。`,
  'rag-qa': `
1 Answer the question using only the text below.
1 According to the manual, how often must the filter be changed?
2 Use the following sources to answer, and cite them.
1 Given the policy, may I carry over my remaining days?
2 What does the contract say about termination?
1 Read the passage and answer: who paid for the repair?
1 If the answer is not in the context, say that you do not know.
3 Based on these search results, which one is open on Sunday?
1 From the knowledge base articles above, how do I reset the device?
0 Context: see below. Question: when does the offer end?
1 Which of the documents mentions the refund?
4 With the help of the excerpt, explain why the plan was changed.
1 Beantworte die Frage anhand des folgenden Textes.
1 Was steht im Handbuch zur Garantie?
1 D'après le document, qui est responsable ?
1 Según el texto, ¿cuándo empezó la obra?
2 In base al testo, perché il treno era in ritardo?
1 根据上面的材料回答问题。
1 次の資料に基づいて質問に答えてください。`,
}
