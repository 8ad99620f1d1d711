// Corpus: whole requests as people type them, one a line, no blanks. The digit is the effort (`rated-lines.ts`).
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const REQUESTS: Readonly<Record<TaskType, string>> = {
  'code-generation': `
4 Write a function in JavaScript that deep-clones an object including dates and maps.
4 I need a Python class for matrices with addition, multiplication and transpose.
4 Create a login form in React with validation and error messages.
4 Program a Telegram bot that sends the weather every morning.
3 Write me a C# method to read all rows from an Excel file into a list of objects.
4 Make a Go service with two endpoints, one to create notes and one to list them.
3 Can you code a progress bar for the terminal in Rust?
5 Implement quicksort in Java without recursion.
4 Write a GitHub action to build my docker image and push it.
2 Generate TypeScript types for this API response.
3 Write a Python script to resize all images in a directory to 800 pixels width.
5 Build a REST API with FastAPI for a library: books, members, loans.
3 I want a CSS animation of a bouncing ball.
3 Given a list of integers, return all pairs that sum up to a target. Write the code.
2 Write a Kotlin extension function that formats a duration as hh:mm:ss.
3 Create a SwiftUI view that shows a list with swipe to delete.
3 Write a makefile for a C project with several source files.
3 Add dark mode to this page with plain CSS and a bit of JavaScript.
3 Write a function to validate credit card numbers with the Luhn algorithm.
4 Implement an event emitter class from scratch.
5 Schreib mir ein Python-Programm, das Sudoku löst.
2 Erstelle eine HTML-Seite mit Kontaktformular und etwas CSS.
3 Écris un script Python qui télécharge un fichier et affiche la progression.
2 Haz una función en JavaScript que ordene un array de objetos por fecha.
2 写一个 Python 函数，判断字符串是否为回文。
2 Pythonでファイルを読み込んで行数を数える関数を書いて。`,
  debugging: `
5 My script stops after the first iteration and I have no clue why.
4 Getting "Cannot find module" although the package is installed, how can I solve this?
5 The API returns 401 even though the token is valid. What could be wrong?
4 Why does my recursive function exceed the maximum call stack?
4 The layout breaks on mobile, the menu overlaps the header. How do I fix it?
7 This test fails randomly about once in ten runs, any ideas?
6 My Docker build hangs at npm install, nothing happens for minutes.
4 I changed one line and now nothing compiles, here is the output of the compiler.
5 The date shown is one day off for users in other time zones. What is the bug?
3 TypeError: unsupported operand type(s) for +: int and str
7 Program received signal SIGABRT, backtrace attached, please help me find the cause.
4 Why does the loop skip every second element when I remove items from the list?
4 Terraform apply says the resource already exists, what now?
3 The function returns undefined although there is a return statement in forEach.
5 My SQL migration fails with a foreign key constraint error, how do I get out of this?
5 The websocket disconnects after exactly sixty seconds. Why?
4 Null reference exception in Unity when I press play.
5 Regex works in the online tester but not in my code.
4 pip install fails with a long red error about wheels.
4 The chart does not show any data, console says NaN for attribute d.
5 Mein Test schlägt fehl, obwohl die Werte gleich aussehen. Woran kann das liegen?
6 Der Server antwortet mit 502, im Log steht nichts. Wo ist der Fehler?
5 Mon application plante au démarrage, voici la trace.
4 Mi bucle nunca termina, ¿qué estoy haciendo mal?
6 程序一运行就崩溃，怎么排查原因？
5 ビルドが失敗します。原因を教えてください。`,
  'code-explanation': `
3 Could you explain what this one-liner does step by step?
3 What is the purpose of the yield keyword in this generator?
5 Please look over my implementation and tell me what you would improve.
4 How does React decide when to re-render a component?
3 Explain pointers in C to a beginner with a short example.
4 What are the advantages of composition over inheritance?
3 Describe what happens in this shell script.
3 Make this function shorter and easier to read.
2 What does the ampersand mean in this CSS selector?
5 Is my solution efficient? What is its complexity?
2 Explain the difference between authentication and authorization in web apps.
3 Document this module: what it exports and how to use it.
3 What is the difference between REST and GraphQL?
5 How do promises work under the hood?
5 Compare these two implementations and say which one you would keep.
2 What do the parameters of this constructor mean?
3 Why is global state considered bad in programming?
3 Explain the observer pattern with code.
3 Rewrite this code using modern syntax without changing what it does.
4 What is tail recursion and does this function use it?
2 Was bedeutet das Schlüsselwort static in Java?
4 Kannst du mir diesen Algorithmus erklären?
2 Explique-moi la différence entre une classe et un objet.
2 ¿Qué significa este operador en el código?
5 这个函数的时间复杂度是多少？请解释。
4 このアルゴリズムの仕組みを説明してください。`,
  'data-query': `
2 Write a query to find duplicate emails in the users table.
1 Which Excel function counts cells that contain a certain word?
3 Give me the SQL for the average order value per customer and year.
3 How do I select the second highest salary?
2 Formula to extract the part before the @ in a cell.
2 Sum sales by region and quarter with pandas.
2 Regular expression to find dates in the form 31.12.2024.
1 Update all rows where status is null and set it to open.
4 Show customers who bought in January but not in February, in SQL.
2 Conditional formatting formula to highlight weekends.
4 Write a query against tables students and grades that lists everyone who failed twice.
1 How do I delete all lines that start with a hash using sed?
5 Convert rows to columns in MySQL.
3 Elasticsearch query: documents from the last hour with level error.
5 Calculate the median per group in PostgreSQL.
3 Find the most common words in a text file with shell tools.
6 Create an index for this query and explain the plan.
3 Google Sheets formula: import only rows where column C is yes.
3 LINQ expression that groups people by age and counts them.
4 SPARQL query for all cities with more than a million inhabitants.
3 SQL-Abfrage: alle Kunden ohne Bestellung im letzten Jahr.
2 Welche Formel brauche ich, um zwei Spalten zu vergleichen?
2 Requête pour compter les commandes par jour.
2 Consulta que devuelva el total de ventas por vendedor.
3 查询每个学生的平均成绩并排序的SQL语句。
3 重複した行を削除するSQLを書いてください。`,
  'agent-step': `
1 Check the status of my order and let me know when it arrives.
2 Create a new branch, apply the fix and push it.
3 Look for a cheap hotel near the station and reserve it for two nights.
1 Read the config file and change the timeout to sixty seconds.
2 Find all mails from the bank and move them to the archive.
3 Run the linter and repair everything it complains about.
4 Search for recent papers about the subject and save the links to a document.
0 Add milk and eggs to my shopping list.
3 Open the browser, log in and download the report of last month.
1 Call the API with these parameters and show me the result.
2 Schedule the backup job for every night at two.
0 Use the calculator tool for this.
0 Post the announcement in the general channel.
1 Delete the temporary files in the project folder.
3 Continue.
2 Now do the same for the other files.
5 Take the next ticket from the queue and work on it.
0 Reply to the last message of Sarah that I will be late.
2 Get the current exchange rate and convert my invoice.
3 Replace the deprecated function in all files and run the build.
0 Setze einen Wecker auf sieben Uhr.
0 Lade die Datei herunter und entpacke sie.
0 Ajoute un rendez-vous chez le médecin mardi à dix heures.
0 Pon una alarma para las ocho y enciende la cafetera.
4 运行测试并修复失败的用例。
0 このファイルの名前を変更してください。`,
  maths: `
2 A car drives 240 km in 3 hours, how far does it get in 5 hours?
2 If I buy 4 notebooks for 2.50 each and pay with a 20, how much change do I get?
1 What is 15% of 80?
1 There are 12 boys and 18 girls in a class. What fraction are boys?
1 John earns 12 dollars an hour and works 38 hours. What is his weekly pay?
1 Divide 144 by 16 and add 7.
1 A tank loses 3 litres per minute. How long until 90 litres are gone?
2 The price went up from 40 to 50. By what percentage?
2 How many square metres of carpet for a room of 4 by 5.5 metres?
2 Mia has twice as many stickers as Leo, together they have 54. How many has each?
1 Round 3.14159 to two decimals and multiply by 100.
1 If a dozen eggs costs 3.60, what does one egg cost?
1 What is the average of 10, 20 and 60?
2 A shop sells shirts at 25 with a discount of 20 percent. What do 3 shirts cost?
3 Bus A leaves every 12 minutes, bus B every 18. When do they leave together again?
1 x/4 + 3 = 10, what is x?
1 How many hours are 450 minutes?
1 A cake is cut into 12 pieces, 5 are eaten. What share is left?
1 Emily runs 3 miles every day. How many miles in a year?
2 Compare 5/8 and 3/5, which is larger?
1 Ein Liter Benzin kostet 1,80 Euro. Was kosten 45 Liter?
1 Wie viel Prozent sind 12 von 60?
1 Combien font 125 fois 8 ?
1 Si un kilo cuesta 3 euros, ¿cuánto cuestan 750 gramos?
1 长方形长8厘米，宽5厘米，面积是多少？
1 1個120円のりんごを6個買うといくらですか。`,
  'advanced-maths': `
5 Prove that the square root of 3 is irrational.
4 Find the derivative of sin(x^2) e^x.
5 Evaluate the double integral over the unit disk of x^2 + y^2.
7 Let V be a finite-dimensional vector space. Show that every linear map has a minimal polynomial.
4 How many ways are there to choose 3 out of 10 with repetition?
4 Solve the system of linear equations with Gaussian elimination.
7 Show that a continuous bijection from a compact space to a Hausdorff space is a homeomorphism.
4 Find all real solutions of x^4 - 5x^2 + 4 = 0.
4 Compute the determinant of the following 3 by 3 matrix.
3 What is the sum of the infinite geometric series with ratio 2/3?
6 Prove the Cauchy-Schwarz inequality.
6 Determine whether the improper integral converges.
4 If $x+y=10$ and $xy=21$, find $x^3+y^3$.
5 Let X and Y be independent normal variables. What is the distribution of X+Y?
6 Find the greatest common divisor of 1071 and 462 with Euclid's algorithm and prove it correct.
4 In how many zeros does 100 factorial end?
7 Use the residue theorem to compute the integral of 1/(1+x^4).
4 Give a counterexample to the claim that every bounded sequence converges.
5 Find the equation of the tangent plane to z = x^2 y at (1,2).
4 Show that the sum of the angles of a triangle is 180 degrees.
4 Berechne das Integral von x e^x.
6 Zeige, dass die Folge konvergiert und bestimme den Grenzwert.
5 Résoudre l'équation différentielle y' = 2y + 1.
3 Calcula el límite cuando x tiende a cero de sen(x)/x.
4 求不定积分 ∫ x cos x dx。
4 関数の極値を求めよ。`,
  'science-qa': `
3 How do magnets work?
1 What is the difference between speed and velocity?
2 Why do leaves change colour in autumn?
0 Which element has atomic number 8?
2 How does the heart pump blood?
3 What is entropy?
3 Why does metal feel colder than wood?
2 How do fish breathe under water?
2 What are the products of the combustion of methane?
2 Explain Newton's third law with an example.
1 Which part of the eye controls the amount of light?
1 What is the difference between weather and climate?
3 A wave has a frequency of 50 Hz and a speed of 340 m/s. What is its wavelength?
1 What do red blood cells carry?
2 How are fossils formed?
3 What is dark matter?
2 Why is the ocean salty?
3 How does a microwave oven heat food?
2 What happens during a solar eclipse?
0 Which of the following is a renewable resource? A. coal B. oil C. wind D. gas
2 Wie entsteht ein Gewitter?
1 Was ist der Unterschied zwischen Atom und Molekül?
2 Comment les plantes absorbent-elles l'eau ?
3 ¿Cómo funciona un imán?
2 水为什么会结冰？
2 地震はどうして起こるのですか。`,
  'professional-qa': `
4 What notice must I give to end my lease?
4 How are capital gains taxed?
3 What are the symptoms of appendicitis?
4 Is it legal to record a phone call without consent?
4 What is the difference between a partnership and a limited company?
3 How does a mortgage with variable interest work?
3 Which vaccines are recommended for adults over sixty?
4 What should be in a non-disclosure agreement?
4 Can an employer read my work email?
3 How do I read a balance sheet?
3 What is the recommended treatment for a sprained ankle?
3 What does force majeure mean in a contract?
5 Should I pay off debt or invest first?
2 What is price elasticity of demand?
3 How long must business records be kept?
5 Which drug class do beta blockers belong to and when are they contraindicated?
6 A customer slipped in my shop, am I liable?
3 What is transference in psychotherapy?
4 How does a company go public?
4 What are the main duties of a trustee?
2 Wie hoch ist der gesetzliche Mindesturlaub?
3 Welche Versicherung zahlt bei einem Wasserschaden?
4 Comment déclarer des revenus locatifs ?
3 ¿Qué derechos tengo si mi vuelo se cancela?
4 劳动合同到期不续签有补偿吗？
4 確定申告の期限はいつですか。医療費は控除できますか。`,
  'factual-qa': `
0 Who discovered penicillin?
0 What is the capital of Mongolia?
0 When did the Titanic sink?
2 Who won the Tour de France in 1999?
0 What is the tallest building in the world?
0 who is the author of Pride and Prejudice
1 how many countries are in the European Union
0 Which band recorded the album Abbey Road?
0 When was the first moon landing?
0 What is the official language of Brazil?
0 where is Mount Etna
1 what year did Queen Victoria die
1 Who is the CEO of that electric car company?
0 Which river flows through Cairo?
0 what is the most spoken language in the world
0 Who composed the Four Seasons?
0 In which country is Machu Picchu?
1 when does daylight saving time end
1 who played the joker in the dark knight
0 What is the name of the smallest ocean?
0 Wer hat Faust geschrieben?
0 Wann endete der Erste Weltkrieg?
0 Quelle est la capitale de l'Australie ?
1 ¿Cuál es el río más largo de Europa?
0 中国最长的河流是什么？
0 富士山の高さは何メートルですか。`,
  logic: `
2 What has keys but cannot open locks?
4 If it takes five machines five minutes to make five things, how long do a hundred machines need for a hundred?
6 Two trains, a fly between them: think it through.
4 Alice sits opposite Bob, Carol sits to the left of Alice. Where does Dan sit?
4 Find the next letter: O, T, T, F, F, S, S
4 A bat and a ball cost 1.10 together, the bat costs one more than the ball. What does the ball cost?
2 Is this argument valid? All men are mortal, Socrates is a man, so Socrates is mortal.
3 If you overtake the second runner, in which place are you?
0 Where would you put clothes that need to be cleaned? bedroom, washing machine, oven, shelf
0 What do people feel when they lose a friend?
1 Which one is different: apple, banana, carrot, cherry?
3 The day before yesterday was Sunday. What day is the day after tomorrow?
3 You have twelve black and ten white socks in the dark. How many must you take for a pair?
2 Either the butler or the cook did it. The cook was away. Who did it?
1 What is heavier, a kilo of feathers or a kilo of lead?
6 Who lives in the green house if the baker lives next to the doctor and the doctor not in the first?
4 Why might someone turn on the light when entering a room?
0 If no A is B and all C are B, can a C be A?
2 Solve the riddle: the more you take, the more you leave behind.
6 Only one of the three statements is true. Which one?
2 Was wird nasser, je mehr es trocknet?
2 Welche Zahl passt nicht in die Reihe: 3, 5, 7, 9, 11?
1 Quel est l'intrus : chien, chat, chaise, cheval ?
3 Si hoy es martes, ¿qué día será dentro de cien días?
5 一个人说"我在说谎"，这句话是真还是假？
2 AはBより背が高く、BはCより背が高い。一番低いのは誰？`,
  extraction: `
1 Extract the company names from the following press release.
1 Give me a JSON with sender, subject and due date of this email.
1 List all prices in this advertisement.
2 Pull the skills and years from this CV.
1 Find all the places named in the text.
1 What are the dates mentioned in this contract? Return a list.
1 Take the address data from this message and return street, zip and town.
2 Turn the following product text into attributes: colour, size, material.
3 Collect the action items with names from the notes below.
0 Get all URLs from this text.
1 Identify the persons and organisations in the sentence.
1 Return the IBAN and amount from this letter as key value pairs.
2 Read the receipt and list item, quantity and price as CSV.
2 Which medicines are mentioned in the doctor's letter?
2 Output every question that is asked in this transcript.
1 Find the flight number, gate and time in the notification.
1 Parse this log line into timestamp, level and message.
2 Extract the main keywords from this abstract.
2 Fill in the table with the data from the paragraph.
0 Give me only the numbers that appear in the report.
0 Liste alle Namen auf, die in dem Brief vorkommen.
1 Gib mir Rechnungsnummer und Betrag als JSON zurück.
1 Donne la liste des entreprises citées dans cet article.
0 Devuelve los correos electrónicos que aparecen en el texto.
1 列出文中出现的所有公司名称。
1 テキストから会社名と金額を抽出してJSONで返してください。`,
  classification: `
0 Is this tweet positive or negative?
0 Classify the email as work or private.
0 Which topic does the article belong to? Options: health, sport, culture.
4 Answer only with A or B: which text was written by a human?
4 Decide whether the review is fake. yes or no
1 Assign a category to each of the following products.
1 Is the tone of this letter friendly, neutral or hostile?
0 Label this sentence as question, statement or command.
0 Detect the language of the text.
2 Does this message contain personal data? true/false
1 Sort the following complaints by department.
1 How urgent is this request: low, medium or high?
1 Tell me the sentiment score between -1 and 1.
1 Would you flag this comment as offensive?
1 Which of these intents matches the user's message?
2 Same meaning or different meaning? Compare the two sentences.
5 Grade the essay from 1 to 6.
2 Is the following statement true or false?
2 Tag the part of speech of each word.
1 Choose the best label for the support ticket.
0 Ist diese Bewertung positiv oder negativ?
0 Welche Kategorie passt: Sport, Politik oder Kultur?
0 Ce message est-il un spam ? Réponds par oui ou non.
0 ¿Es positivo o negativo este comentario?
0 这封邮件是垃圾邮件吗？只回答是或否。
0 このレビューは肯定的ですか、否定的ですか。`,
  summary: `
2 Summarize this article for me.
2 Can you give me a short version of this text?
3 What are the main points of the paper?
2 Write a summary in five bullet points.
2 Give me a one-paragraph overview of the report below.
2 Too long, please shorten to the essentials.
2 Recap what we discussed so far.
3 Make an abstract of the following chapter.
3 Summarize the email thread and list open questions.
1 What does this say in short?
3 Provide the highlights of this earnings call.
2 Reduce this to 100 words.
4 Key insights from the study below, please.
2 Give me the gist of the following transcript.
2 Turn this long post into three sentences.
3 Summarise the arguments for and against from the text.
3 Create meeting minutes from this conversation.
2 Sum up the story in a few lines.
3 Briefly describe what the following contract is about.
1 A short digest of today's messages, please.
2 Fasse diesen Artikel kurz zusammen.
2 Was sind die wichtigsten Punkte in diesem Text?
2 Fais-moi un résumé de cet article.
2 Resume los puntos principales de este informe.
2 请总结这篇文章的主要内容。
2 この記事の要点を三つにまとめてください。`,
  rewrite: `
1 Rewrite this email so that it sounds friendlier.
1 Correct the grammar in this paragraph.
1 Can you rephrase this sentence to be clearer?
2 Make my text sound less like a robot.
2 Improve this paragraph of my essay.
1 Please proofread the following.
1 Shorten this sentence without losing its meaning.
1 Rewrite it in simple English.
1 Put this into business language.
1 Change the tone from angry to calm.
0 Check my spelling and punctuation.
2 Turn this bullet list into flowing text.
2 Make this headline more interesting.
2 Paraphrase the passage so it is not plagiarised.
1 Rewrite my bio in the third person.
3 Make this paragraph more persuasive.
1 Fix the awkward wording here.
2 Convert this to gender-neutral language.
2 Edit my message so it fits into 160 characters.
2 Polish this reference letter.
0 Korrigiere bitte meine Fehler in diesem Text.
1 Formuliere diese Mail etwas förmlicher.
0 Corrige les fautes dans ce paragraphe.
1 Escribe esta frase de forma más elegante.
1 帮我修改这封邮件，让语气更礼貌。
1 この文章を自然な日本語に直してください。`,
  translation: `
1 Translate this sentence into French.
1 What does "Fernweh" mean in English?
0 How do I say thank you very much in Korean?
1 Please translate the following email to German.
0 Translate to Spanish: the meeting starts at nine.
2 Give me the Latin for "always forward".
4 Could you translate this contract clause into plain English and Italian?
0 English translation please: Je ne sais quoi.
2 Translate the product description into Dutch and Danish.
0 What is the Portuguese word for butterfly?
1 Translate this text from Russian.
0 Say "good luck tomorrow" in Japanese with pronunciation.
2 Convert these strings of my app to Polish.
3 Translate back to English and compare with the original.
2 How is this idiom expressed in Chinese?
0 Auf Englisch bitte: Ich freue mich auf unser Treffen.
1 Übersetze den folgenden Text ins Französische.
0 Was heißt "umbrella" auf Italienisch?
0 Comment dit-on « bon courage » en anglais ?
1 Traduis cette lettre en espagnol.
1 Traduce este párrafo al alemán.
0 ¿Cómo se dice "ventana" en francés?
1 Traduza este texto para o espanhol.
1 把这个句子翻译成日语。
1 这句话用英语怎么说？
1 これを中国語に翻訳してください。`,
  creative: `
3 Write a poem about the sea at night.
3 Tell me a bedtime story about a dragon who is afraid of fire.
2 Come up with names for my new podcast about history.
3 Write a rap about homework.
3 Invent a superhero whose power is useless.
6 Write the first chapter of a science fiction novel.
5 Compose a love letter in the style of the 19th century.
2 Give me a funny birthday poem for my brother.
3 Write a dialogue between a cat and a dog who share a flat.
2 Create a slogan for a bicycle shop.
5 Write a short horror story in 100 words.
4 Describe a sunset for someone who has never seen one.
3 Write a song about leaving home.
4 Make a riddle in verse about the wind.
2 Write a product description for handmade candles.
3 Draft a motivational speech for a football team.
4 A fairy tale with a modern twist, please.
2 Think of a title for my painting of a red door.
3 Write a movie pitch about time travelling chefs.
3 An acrostic with the name MARTHA.
3 Schreib mir ein Liebesgedicht.
3 Erzähl eine lustige Geschichte über einen Pinguin.
3 Invente une histoire pour enfants.
3 Escribe un poema sobre la lluvia.
3 写一个关于龙的童话故事。
3 猫についての短い詩を書いてください。`,
  chat: `
0 Hello there!
2 I'm feeling stressed lately.
0 What's your name?
1 Can we be friends?
0 I had such a great weekend.
2 Do you think robots will take over?
1 That's interesting, tell me more.
1 I don't feel like working today.
0 You are so helpful.
3 What would you do in my place?
1 I'm nervous about tomorrow.
1 Are you smarter than me?
0 Which season do you prefer?
0 Sorry, I was away.
0 Never mind.
0 I just wanted to say hi.
1 Do you dream?
2 My cat died yesterday.
0 Sounds good to me.
0 Wow, I did not expect that.
0 Guten Abend, was machst du so?
0 Ich bin heute so müde.
0 Bonjour, comment vas-tu ?
0 Estoy muy contento hoy.
0 晚上好，陪我聊聊天吧。
0 今日は疲れました。`,
  planning: `
3 Plan a weekend in the mountains for two.
3 Give me a study schedule for my final exams.
4 How do I organise a small wedding on a budget?
4 Create a training plan to run a half marathon.
2 What should I pack for two weeks in Iceland?
6 Help me structure my thesis.
3 Set up a content calendar for a small blog.
5 I want to change careers at forty. Where do I start?
3 Make a plan to declutter the house in a month.
4 What is the best order to renovate a kitchen?
3 Create a weekly schedule for a family with three kids.
4 Suggest an onboarding plan for a new developer.
3 How can I prepare for a job interview next week?
4 Design a lesson on fractions for ten-year-olds.
3 Outline the steps to start a podcast.
5 Help me decide between two job offers.
7 Draft a go-to-market plan for a new app.
3 A meal plan for muscle gain, seven days.
5 How to save for a house in five years?
3 Organise a team event for twenty people.
3 Erstelle mir einen Wochenplan zum Lernen.
2 Wie bereite ich einen Umzug am besten vor?
3 Planifie un voyage de trois jours à Rome.
3 Ayúdame a organizar una fiesta sorpresa.
3 帮我做一个减肥计划。
2 引っ越しの準備リストを作ってください。`,
  'rag-qa': `
2 Based on the following article, what caused the outage?
2 Using the documents provided, answer the customer's question.
1 According to the passage, why did the king leave the city?
1 Answer from the context only. If you cannot find it, say "not found".
1 What does the handbook say about overtime?
3 Here are three search results. Which one answers the question?
2 Read the text and answer the questions below.
1 Given the paragraph, how many people were involved?
2 From the transcript above, what did the speaker promise?
2 Quote the sentence in the document that supports your answer.
0 Question: who signed the letter? Context: the letter was signed by both directors.
1 Use the FAQ entries below to answer. Question: can I return opened items?
1 In the attached policy, is remote work allowed abroad?
2 With reference to the source, explain what changed in 2020.
1 Does the article state how much was paid?
3 Answer the user using the retrieved snippets and cite them as [n].
1 Summon the facts from the report: what was the revenue in the second quarter?
1 Look at the table below. Which city had the highest value?
1 The manual reads as follows. How do I reset the device?
4 Considering only the information above, is the claim correct?
1 Beantworte die Frage mit Hilfe des folgenden Abschnitts.
2 Was sagt der Vertrag zur Haftung? Hier der Auszug.
1 En te basant sur le texte, réponds à la question.
1 Lee el pasaje y responde: ¿qué ocurrió primero?
1 阅读下面的短文，回答问题。
1 以下の資料を読んで、質問に答えてください。`,
}
