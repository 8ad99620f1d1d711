// Corpus: more whole requests, one a line: reasoning, working on texts, writing, talking. The words of each type, not its subjects.
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const EVERYDAY_WORDS: Partial<Readonly<Record<TaskType, string>>> = {
  logic: `
Anna is older than Ben, Ben is older than Clara. Who is the youngest?
Which word does not belong: apple, pear, carrot, plum?
You have two ropes that each burn for an hour. How do you measure 45 minutes?
What comes next: 2, 6, 12, 20, 30?
All cats are animals. Some animals are black. Can we conclude that some cats are black?
Three boxes, all labels are wrong. From which one do you draw?
If yesterday had been two days later, it would be Friday. What day is today?
Where would you most likely find a towel: kitchen drawer, bathroom, garage?
A father and son have an accident; the surgeon says "that is my son". How?
You stand before two guards, one always lies. What do you ask?
Five friends sit in a row; use the clues to find their order.
Is the following argument valid? Explain.
What would happen if you left a glass bottle full of water in the freezer?
Wenn alle Bloops Razzies sind und alle Razzies Lazzies, sind dann alle Bloops Lazzies?
Ein Rätsel: Was wird nasser, je mehr es trocknet?
Trouve l'intrus : chien, chat, table, lapin.
¿Qué número sigue en la serie 1, 1, 2, 3, 5, 8?
谁在说谎？根据下面的条件推理。
次の条件から順番を推理してください。`,
  extraction: `
Get the name, date and amount out of this invoice as JSON.
List every person mentioned in the text below.
Which dates appear in this letter?
Return only the email addresses.
From the message, take the order number and the reason for the complaint.
Fill in this table from the description: brand, model, price.
What phone numbers does the page contain?
Give me the ingredients with quantities as a list.
Find all action items and who is responsible.
Copy out the quotes and their speakers.
Parse this log line into fields.
Identify the medications and doses in the note.
Pull out the key figures of the report.
Nenne alle Namen und Orte, die im Text vorkommen.
Lies Datum und Betrag aus der Rechnung aus und gib sie als JSON zurück.
Relève toutes les dates citées dans ce texte.
Extrae los nombres y cargos de la lista.
Estrai il numero di fattura e il totale.
提取文中所有人名和地名。
次の文章から日付と金額を抜き出してください。`,
  classification: `
Is this comment friendly, neutral or rude?
Put each of these tickets into one of the categories billing, technical, other.
Does the following mail look like spam? Answer yes or no.
Label the sentence as fact or opinion.
What is the tone of this message?
Which topic does the article belong to: sports, politics, business or culture?
Rate the sentiment from 1 to 5.
Decide whether the statement contradicts the premise.
Assign a priority to this request: low, medium or high.
Tag the intent of the user's message.
Is this tweet offensive? Reply with one word.
Which of the labels fits best?
What language is this text written in?
Sort these products into departments.
Ist diese Bewertung positiv oder negativ?
Ordne die Anfrage einer Abteilung zu.
Ce message est-il positif, négatif ou neutre ?
Clasifica el siguiente comentario como queja o consulta.
Questa recensione è positiva?
判断下面的评论是正面还是负面。
次の文を肯定・否定・中立に分類してください。`,
  summary: `
Summarise this article in three sentences.
What are the main points of the text below?
Give me the short version.
Boil this down to one paragraph for my boss.
Summarise the meeting notes with decisions and open questions.
Write an abstract of at most 100 words.
TL;DR please.
What is this thread about, in two lines?
Condense the report into five bullets.
Sum up what was agreed.
Key takeaways of the talk transcript, please.
Make a brief of this document for people who have not read it.
Fasse den folgenden Text kurz zusammen.
Was sind die wichtigsten Aussagen dieses Artikels?
Résume ce texte en quelques lignes.
Resume el siguiente artículo en cinco puntos.
Riassumi il testo in poche righe.
Faça um resumo deste documento.
用一句话概括这篇文章。
この文章を三行で要約してください。`,
  rewrite: `
Make this mail sound more polite.
Correct the grammar and spelling of the following text.
Rephrase the sentence so that it is easier to understand.
Shorten this paragraph without losing its meaning.
Turn my notes into proper prose.
Can you say this in a more formal way?
Rewrite the text for a ten-year-old.
Improve the flow of my cover letter.
Use the active voice instead of the passive.
Paraphrase the passage in your own words.
Make the tone friendlier and remove the jargon.
Proofread this, keep my style.
Change it from first person to third person.
Formuliere diesen Satz höflicher.
Korrigiere die Rechtschreibung.
Reformule ce paragraphe plus simplement.
Corrige la ortografía y mejora el estilo.
Riscrivi questa frase in modo più formale.
Reescreva o texto de forma mais curta.
请润色下面这段话。
この文を丁寧な言い方に直してください。`,
  translation: `
Translate this into German.
How do you say "see you tomorrow" in Portuguese?
What does "schadenfreude" mean in English?
Please give me the Spanish version of the text.
Translate the menu from Italian to English.
English to Japanese: where is the station?
Put the following letter into French, formal address.
Render this poem in English.
Translate the strings in this file, keep the placeholders.
What is the Polish word for bread?
Übersetze den Text ins Englische.
Wie heißt das auf Französisch?
Traduis cette phrase en anglais.
Comment dit-on « bon appétit » en allemand ?
Traduce esto al inglés, por favor.
Traduci in inglese la seguente frase.
Traduza para o português.
Переведи это на английский.
把这句话翻译成英文。
次の文を英語に訳してください。
다음 문장을 영어로 번역해 주세요.`,
  creative: `
Write a poem about the sea in winter.
Tell me a bedtime story about a fox who cannot sleep.
Invent a slogan for a bicycle shop.
Write the opening scene of a crime novel set on a ferry.
Compose a birthday song for my grandmother.
Come up with ten names for a coffee bar.
Write a dialogue between the moon and a lamp.
Give me a limerick about Mondays.
A short horror story of exactly one hundred words.
Write lyrics in the style of an old sea shanty.
Describe an alien market place.
Write a funny toast for a wedding.
Make up a legend about how owls learned to hoot.
Schreibe ein Gedicht über den Herbst.
Erfinde eine Geschichte über einen mutigen Igel.
Écris un conte sur une horloge magique.
Escribe un cuento corto sobre un faro.
Scrivi una poesia d'amore.
写一首关于春天的诗。
猫についての短い物語を書いてください。`,
  chat: `
Hi, how is it going?
Who are you?
Tell me something nice.
I can't sleep.
What do you think about pineapple on pizza?
lol that was funny
Good night!
I passed my exam today!
Do you have feelings?
I am bored, talk to me.
What can you do?
My dog died yesterday.
ok
you're right, never mind
Do you remember what we talked about?
Haha, tell me another one.
Hallo, wie geht es dir?
Mir ist langweilig.
Salut, ça va ?
Hola, ¿qué tal?
Ciao, come stai?
你叫什么名字？
おはよう！
안녕, 뭐 해?`,
  planning: `
Plan a long weekend in Lisbon for two.
Make a weekly meal plan for a family with a small budget.
How should I organise moving house within a month?
Propose a timetable for a training course of two days.
I want to run a half marathon in twelve weeks, set up a training plan.
Which steps do I need to open a small bakery?
Help me structure my master's thesis.
Create a study schedule for three exams.
Outline a marketing plan for a new app.
Give me a checklist for a camping trip with children.
What should the road map for the next quarter look like?
How do I prepare for a job interview next week?
Suggest a morning routine that leaves time for sport.
Ideas for a birthday party for eight-year-olds, with a timetable.
Erstelle einen Lernplan für vier Wochen.
Plane eine Radtour am Wochenende.
Organise un voyage de trois jours à Rome.
Hazme un plan de ahorro para un año.
Crea un programma di allenamento per principianti.
帮我制定一个学习计划。
三日間の京都旅行の計画を立ててください。`,
  'rag-qa': `
Answer the question using only the text below.
According to the manual, how often must the filter be changed?
Use the following sources to answer, and cite them.
Given the policy, may I carry over my remaining days?
What does the contract say about termination?
Read the passage and answer: who paid for the repair?
If the answer is not in the context, say that you do not know.
Based on these search results, which one is open on Sunday?
From the knowledge base articles above, how do I reset the device?
Context: see below. Question: when does the offer end?
Which of the documents mentions the refund?
With the help of the excerpt, explain why the plan was changed.
Beantworte die Frage anhand des folgenden Textes.
Was steht im Handbuch zur Garantie?
D'après le document, qui est responsable ?
Según el texto, ¿cuándo empezó la obra?
In base al testo, perché il treno era in ritardo?
根据上面的材料回答问题。
次の資料に基づいて質問に答えてください。`,
}
