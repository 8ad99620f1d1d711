// Corpus: whole requests as people type them, one a line, no blanks.
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const REQUESTS: Readonly<Record<TaskType, string>> = {
  'code-generation': `
Write a function in JavaScript that deep-clones an object including dates and maps.
I need a Python class for matrices with addition, multiplication and transpose.
Create a login form in React with validation and error messages.
Program a Telegram bot that sends the weather every morning.
Write me a C# method to read all rows from an Excel file into a list of objects.
Make a Go service with two endpoints, one to create notes and one to list them.
Can you code a progress bar for the terminal in Rust?
Implement quicksort in Java without recursion.
Write a GitHub action to build my docker image and push it.
Generate TypeScript types for this API response.
Write a Python script to resize all images in a directory to 800 pixels width.
Build a REST API with FastAPI for a library: books, members, loans.
I want a CSS animation of a bouncing ball.
Given a list of integers, return all pairs that sum up to a target. Write the code.
Write a Kotlin extension function that formats a duration as hh:mm:ss.
Create a SwiftUI view that shows a list with swipe to delete.
Write a makefile for a C project with several source files.
Add dark mode to this page with plain CSS and a bit of JavaScript.
Write a function to validate credit card numbers with the Luhn algorithm.
Implement an event emitter class from scratch.
Schreib mir ein Python-Programm, das Sudoku löst.
Erstelle eine HTML-Seite mit Kontaktformular und etwas CSS.
Écris un script Python qui télécharge un fichier et affiche la progression.
Haz una función en JavaScript que ordene un array de objetos por fecha.
写一个 Python 函数，判断字符串是否为回文。
Pythonでファイルを読み込んで行数を数える関数を書いて。`,
  debugging: `
My script stops after the first iteration and I have no clue why.
Getting "Cannot find module" although the package is installed, how can I solve this?
The API returns 401 even though the token is valid. What could be wrong?
Why does my recursive function exceed the maximum call stack?
The layout breaks on mobile, the menu overlaps the header. How do I fix it?
This test fails randomly about once in ten runs, any ideas?
My Docker build hangs at npm install, nothing happens for minutes.
I changed one line and now nothing compiles, here is the output of the compiler.
The date shown is one day off for users in other time zones. What is the bug?
TypeError: unsupported operand type(s) for +: int and str
Program received signal SIGABRT, backtrace attached, please help me find the cause.
Why does the loop skip every second element when I remove items from the list?
Terraform apply says the resource already exists, what now?
The function returns undefined although there is a return statement in forEach.
My SQL migration fails with a foreign key constraint error, how do I get out of this?
The websocket disconnects after exactly sixty seconds. Why?
Null reference exception in Unity when I press play.
Regex works in the online tester but not in my code.
pip install fails with a long red error about wheels.
The chart does not show any data, console says NaN for attribute d.
Mein Test schlägt fehl, obwohl die Werte gleich aussehen. Woran kann das liegen?
Der Server antwortet mit 502, im Log steht nichts. Wo ist der Fehler?
Mon application plante au démarrage, voici la trace.
Mi bucle nunca termina, ¿qué estoy haciendo mal?
程序一运行就崩溃，怎么排查原因？
ビルドが失敗します。原因を教えてください。`,
  'code-explanation': `
Could you explain what this one-liner does step by step?
What is the purpose of the yield keyword in this generator?
Please look over my implementation and tell me what you would improve.
How does React decide when to re-render a component?
Explain pointers in C to a beginner with a short example.
What are the advantages of composition over inheritance?
Describe what happens in this shell script.
Make this function shorter and easier to read.
What does the ampersand mean in this CSS selector?
Is my solution efficient? What is its complexity?
Explain the difference between authentication and authorization in web apps.
Document this module: what it exports and how to use it.
What is the difference between REST and GraphQL?
How do promises work under the hood?
Compare these two implementations and say which one you would keep.
What do the parameters of this constructor mean?
Why is global state considered bad in programming?
Explain the observer pattern with code.
Rewrite this code using modern syntax without changing what it does.
What is tail recursion and does this function use it?
Was bedeutet das Schlüsselwort static in Java?
Kannst du mir diesen Algorithmus erklären?
Explique-moi la différence entre une classe et un objet.
¿Qué significa este operador en el código?
这个函数的时间复杂度是多少？请解释。
このアルゴリズムの仕組みを説明してください。`,
  'data-query': `
Write a query to find duplicate emails in the users table.
Which Excel function counts cells that contain a certain word?
Give me the SQL for the average order value per customer and year.
How do I select the second highest salary?
Formula to extract the part before the @ in a cell.
Sum sales by region and quarter with pandas.
Regular expression to find dates in the form 31.12.2024.
Update all rows where status is null and set it to open.
Show customers who bought in January but not in February, in SQL.
Conditional formatting formula to highlight weekends.
Write a query against tables students and grades that lists everyone who failed twice.
How do I delete all lines that start with a hash using sed?
Convert rows to columns in MySQL.
Elasticsearch query: documents from the last hour with level error.
Calculate the median per group in PostgreSQL.
Find the most common words in a text file with shell tools.
Create an index for this query and explain the plan.
Google Sheets formula: import only rows where column C is yes.
LINQ expression that groups people by age and counts them.
SPARQL query for all cities with more than a million inhabitants.
SQL-Abfrage: alle Kunden ohne Bestellung im letzten Jahr.
Welche Formel brauche ich, um zwei Spalten zu vergleichen?
Requête pour compter les commandes par jour.
Consulta que devuelva el total de ventas por vendedor.
查询每个学生的平均成绩并排序的SQL语句。
重複した行を削除するSQLを書いてください。`,
  'agent-step': `
Check the status of my order and let me know when it arrives.
Create a new branch, apply the fix and push it.
Look for a cheap hotel near the station and reserve it for two nights.
Read the config file and change the timeout to sixty seconds.
Find all mails from the bank and move them to the archive.
Run the linter and repair everything it complains about.
Search for recent papers about the subject and save the links to a document.
Add milk and eggs to my shopping list.
Open the browser, log in and download the report of last month.
Call the API with these parameters and show me the result.
Schedule the backup job for every night at two.
Use the calculator tool for this.
Post the announcement in the general channel.
Delete the temporary files in the project folder.
Continue.
Now do the same for the other files.
Take the next ticket from the queue and work on it.
Reply to the last message of Sarah that I will be late.
Get the current exchange rate and convert my invoice.
Replace the deprecated function in all files and run the build.
Setze einen Wecker auf sieben Uhr.
Lade die Datei herunter und entpacke sie.
Ajoute un rendez-vous chez le médecin mardi à dix heures.
Pon una alarma para las ocho y enciende la cafetera.
运行测试并修复失败的用例。
このファイルの名前を変更してください。`,
  maths: `
A car drives 240 km in 3 hours, how far does it get in 5 hours?
If I buy 4 notebooks for 2.50 each and pay with a 20, how much change do I get?
What is 15% of 80?
There are 12 boys and 18 girls in a class. What fraction are boys?
John earns 12 dollars an hour and works 38 hours. What is his weekly pay?
Divide 144 by 16 and add 7.
A tank loses 3 litres per minute. How long until 90 litres are gone?
The price went up from 40 to 50. By what percentage?
How many square metres of carpet for a room of 4 by 5.5 metres?
Mia has twice as many stickers as Leo, together they have 54. How many has each?
Round 3.14159 to two decimals and multiply by 100.
If a dozen eggs costs 3.60, what does one egg cost?
What is the average of 10, 20 and 60?
A shop sells shirts at 25 with a discount of 20 percent. What do 3 shirts cost?
Bus A leaves every 12 minutes, bus B every 18. When do they leave together again?
x/4 + 3 = 10, what is x?
How many hours are 450 minutes?
A cake is cut into 12 pieces, 5 are eaten. What share is left?
Emily runs 3 miles every day. How many miles in a year?
Compare 5/8 and 3/5, which is larger?
Ein Liter Benzin kostet 1,80 Euro. Was kosten 45 Liter?
Wie viel Prozent sind 12 von 60?
Combien font 125 fois 8 ?
Si un kilo cuesta 3 euros, ¿cuánto cuestan 750 gramos?
长方形长8厘米，宽5厘米，面积是多少？
1個120円のりんごを6個買うといくらですか。`,
  'advanced-maths': `
Prove that the square root of 3 is irrational.
Find the derivative of sin(x^2) e^x.
Evaluate the double integral over the unit disk of x^2 + y^2.
Let V be a finite-dimensional vector space. Show that every linear map has a minimal polynomial.
How many ways are there to choose 3 out of 10 with repetition?
Solve the system of linear equations with Gaussian elimination.
Show that a continuous bijection from a compact space to a Hausdorff space is a homeomorphism.
Find all real solutions of x^4 - 5x^2 + 4 = 0.
Compute the determinant of the following 3 by 3 matrix.
What is the sum of the infinite geometric series with ratio 2/3?
Prove the Cauchy-Schwarz inequality.
Determine whether the improper integral converges.
If $x+y=10$ and $xy=21$, find $x^3+y^3$.
Let X and Y be independent normal variables. What is the distribution of X+Y?
Find the greatest common divisor of 1071 and 462 with Euclid's algorithm and prove it correct.
In how many zeros does 100 factorial end?
Use the residue theorem to compute the integral of 1/(1+x^4).
Give a counterexample to the claim that every bounded sequence converges.
Find the equation of the tangent plane to z = x^2 y at (1,2).
Show that the sum of the angles of a triangle is 180 degrees.
Berechne das Integral von x e^x.
Zeige, dass die Folge konvergiert und bestimme den Grenzwert.
Résoudre l'équation différentielle y' = 2y + 1.
Calcula el límite cuando x tiende a cero de sen(x)/x.
求不定积分 ∫ x cos x dx。
関数の極値を求めよ。`,
  'science-qa': `
How do magnets work?
What is the difference between speed and velocity?
Why do leaves change colour in autumn?
Which element has atomic number 8?
How does the heart pump blood?
What is entropy?
Why does metal feel colder than wood?
How do fish breathe under water?
What are the products of the combustion of methane?
Explain Newton's third law with an example.
Which part of the eye controls the amount of light?
What is the difference between weather and climate?
A wave has a frequency of 50 Hz and a speed of 340 m/s. What is its wavelength?
What do red blood cells carry?
How are fossils formed?
What is dark matter?
Why is the ocean salty?
How does a microwave oven heat food?
What happens during a solar eclipse?
Which of the following is a renewable resource? A. coal B. oil C. wind D. gas
Wie entsteht ein Gewitter?
Was ist der Unterschied zwischen Atom und Molekül?
Comment les plantes absorbent-elles l'eau ?
¿Cómo funciona un imán?
水为什么会结冰？
地震はどうして起こるのですか。`,
  'professional-qa': `
What notice must I give to end my lease?
How are capital gains taxed?
What are the symptoms of appendicitis?
Is it legal to record a phone call without consent?
What is the difference between a partnership and a limited company?
How does a mortgage with variable interest work?
Which vaccines are recommended for adults over sixty?
What should be in a non-disclosure agreement?
Can an employer read my work email?
How do I read a balance sheet?
What is the recommended treatment for a sprained ankle?
What does force majeure mean in a contract?
Should I pay off debt or invest first?
What is price elasticity of demand?
How long must business records be kept?
Which drug class do beta blockers belong to and when are they contraindicated?
A customer slipped in my shop, am I liable?
What is transference in psychotherapy?
How does a company go public?
What are the main duties of a trustee?
Wie hoch ist der gesetzliche Mindesturlaub?
Welche Versicherung zahlt bei einem Wasserschaden?
Comment déclarer des revenus locatifs ?
¿Qué derechos tengo si mi vuelo se cancela?
劳动合同到期不续签有补偿吗？
確定申告の期限はいつですか。医療費は控除できますか。`,
  'factual-qa': `
Who discovered penicillin?
What is the capital of Mongolia?
When did the Titanic sink?
Who won the Tour de France in 1999?
What is the tallest building in the world?
who is the author of Pride and Prejudice
how many countries are in the European Union
Which band recorded the album Abbey Road?
When was the first moon landing?
What is the official language of Brazil?
where is Mount Etna
what year did Queen Victoria die
Who is the CEO of that electric car company?
Which river flows through Cairo?
what is the most spoken language in the world
Who composed the Four Seasons?
In which country is Machu Picchu?
when does daylight saving time end
who played the joker in the dark knight
What is the name of the smallest ocean?
Wer hat Faust geschrieben?
Wann endete der Erste Weltkrieg?
Quelle est la capitale de l'Australie ?
¿Cuál es el río más largo de Europa?
中国最长的河流是什么？
富士山の高さは何メートルですか。`,
  logic: `
What has keys but cannot open locks?
If it takes five machines five minutes to make five things, how long do a hundred machines need for a hundred?
Two trains, a fly between them: think it through.
Alice sits opposite Bob, Carol sits to the left of Alice. Where does Dan sit?
Find the next letter: O, T, T, F, F, S, S
A bat and a ball cost 1.10 together, the bat costs one more than the ball. What does the ball cost?
Is this argument valid? All men are mortal, Socrates is a man, so Socrates is mortal.
If you overtake the second runner, in which place are you?
Where would you put clothes that need to be cleaned? bedroom, washing machine, oven, shelf
What do people feel when they lose a friend?
Which one is different: apple, banana, carrot, cherry?
The day before yesterday was Sunday. What day is the day after tomorrow?
You have twelve black and ten white socks in the dark. How many must you take for a pair?
Either the butler or the cook did it. The cook was away. Who did it?
What is heavier, a kilo of feathers or a kilo of lead?
Who lives in the green house if the baker lives next to the doctor and the doctor not in the first?
Why might someone turn on the light when entering a room?
If no A is B and all C are B, can a C be A?
Solve the riddle: the more you take, the more you leave behind.
Only one of the three statements is true. Which one?
Was wird nasser, je mehr es trocknet?
Welche Zahl passt nicht in die Reihe: 3, 5, 7, 9, 11?
Quel est l'intrus : chien, chat, chaise, cheval ?
Si hoy es martes, ¿qué día será dentro de cien días?
一个人说"我在说谎"，这句话是真还是假？
AはBより背が高く、BはCより背が高い。一番低いのは誰？`,
  extraction: `
Extract the company names from the following press release.
Give me a JSON with sender, subject and due date of this email.
List all prices in this advertisement.
Pull the skills and years from this CV.
Find all the places named in the text.
What are the dates mentioned in this contract? Return a list.
Take the address data from this message and return street, zip and town.
Turn the following product text into attributes: colour, size, material.
Collect the action items with names from the notes below.
Get all URLs from this text.
Identify the persons and organisations in the sentence.
Return the IBAN and amount from this letter as key value pairs.
Read the receipt and list item, quantity and price as CSV.
Which medicines are mentioned in the doctor's letter?
Output every question that is asked in this transcript.
Find the flight number, gate and time in the notification.
Parse this log line into timestamp, level and message.
Extract the main keywords from this abstract.
Fill in the table with the data from the paragraph.
Give me only the numbers that appear in the report.
Liste alle Namen auf, die in dem Brief vorkommen.
Gib mir Rechnungsnummer und Betrag als JSON zurück.
Donne la liste des entreprises citées dans cet article.
Devuelve los correos electrónicos que aparecen en el texto.
列出文中出现的所有公司名称。
テキストから会社名と金額を抽出してJSONで返してください。`,
  classification: `
Is this tweet positive or negative?
Classify the email as work or private.
Which topic does the article belong to? Options: health, sport, culture.
Answer only with A or B: which text was written by a human?
Decide whether the review is fake. yes or no
Assign a category to each of the following products.
Is the tone of this letter friendly, neutral or hostile?
Label this sentence as question, statement or command.
Detect the language of the text.
Does this message contain personal data? true/false
Sort the following complaints by department.
How urgent is this request: low, medium or high?
Tell me the sentiment score between -1 and 1.
Would you flag this comment as offensive?
Which of these intents matches the user's message?
Same meaning or different meaning? Compare the two sentences.
Grade the essay from 1 to 6.
Is the following statement true or false?
Tag the part of speech of each word.
Choose the best label for the support ticket.
Ist diese Bewertung positiv oder negativ?
Welche Kategorie passt: Sport, Politik oder Kultur?
Ce message est-il un spam ? Réponds par oui ou non.
¿Es positivo o negativo este comentario?
这封邮件是垃圾邮件吗？只回答是或否。
このレビューは肯定的ですか、否定的ですか。`,
  summary: `
Summarize this article for me.
Can you give me a short version of this text?
What are the main points of the paper?
Write a summary in five bullet points.
Give me a one-paragraph overview of the report below.
Too long, please shorten to the essentials.
Recap what we discussed so far.
Make an abstract of the following chapter.
Summarize the email thread and list open questions.
What does this say in short?
Provide the highlights of this earnings call.
Reduce this to 100 words.
Key insights from the study below, please.
Give me the gist of the following transcript.
Turn this long post into three sentences.
Summarise the arguments for and against from the text.
Create meeting minutes from this conversation.
Sum up the story in a few lines.
Briefly describe what the following contract is about.
A short digest of today's messages, please.
Fasse diesen Artikel kurz zusammen.
Was sind die wichtigsten Punkte in diesem Text?
Fais-moi un résumé de cet article.
Resume los puntos principales de este informe.
请总结这篇文章的主要内容。
この記事の要点を三つにまとめてください。`,
  rewrite: `
Rewrite this email so that it sounds friendlier.
Correct the grammar in this paragraph.
Can you rephrase this sentence to be clearer?
Make my text sound less like a robot.
Improve this paragraph of my essay.
Please proofread the following.
Shorten this sentence without losing its meaning.
Rewrite it in simple English.
Put this into business language.
Change the tone from angry to calm.
Check my spelling and punctuation.
Turn this bullet list into flowing text.
Make this headline more interesting.
Paraphrase the passage so it is not plagiarised.
Rewrite my bio in the third person.
Make this paragraph more persuasive.
Fix the awkward wording here.
Convert this to gender-neutral language.
Edit my message so it fits into 160 characters.
Polish this reference letter.
Korrigiere bitte meine Fehler in diesem Text.
Formuliere diese Mail etwas förmlicher.
Corrige les fautes dans ce paragraphe.
Escribe esta frase de forma más elegante.
帮我修改这封邮件，让语气更礼貌。
この文章を自然な日本語に直してください。`,
  translation: `
Translate this sentence into French.
What does "Fernweh" mean in English?
How do I say thank you very much in Korean?
Please translate the following email to German.
Translate to Spanish: the meeting starts at nine.
Give me the Latin for "always forward".
Could you translate this contract clause into plain English and Italian?
English translation please: Je ne sais quoi.
Translate the product description into Dutch and Danish.
What is the Portuguese word for butterfly?
Translate this text from Russian.
Say "good luck tomorrow" in Japanese with pronunciation.
Convert these strings of my app to Polish.
Translate back to English and compare with the original.
How is this idiom expressed in Chinese?
Auf Englisch bitte: Ich freue mich auf unser Treffen.
Übersetze den folgenden Text ins Französische.
Was heißt "umbrella" auf Italienisch?
Comment dit-on « bon courage » en anglais ?
Traduis cette lettre en espagnol.
Traduce este párrafo al alemán.
¿Cómo se dice "ventana" en francés?
Traduza este texto para o espanhol.
把这个句子翻译成日语。
这句话用英语怎么说？
これを中国語に翻訳してください。`,
  creative: `
Write a poem about the sea at night.
Tell me a bedtime story about a dragon who is afraid of fire.
Come up with names for my new podcast about history.
Write a rap about homework.
Invent a superhero whose power is useless.
Write the first chapter of a science fiction novel.
Compose a love letter in the style of the 19th century.
Give me a funny birthday poem for my brother.
Write a dialogue between a cat and a dog who share a flat.
Create a slogan for a bicycle shop.
Write a short horror story in 100 words.
Describe a sunset for someone who has never seen one.
Write a song about leaving home.
Make a riddle in verse about the wind.
Write a product description for handmade candles.
Draft a motivational speech for a football team.
A fairy tale with a modern twist, please.
Think of a title for my painting of a red door.
Write a movie pitch about time travelling chefs.
An acrostic with the name MARTHA.
Schreib mir ein Liebesgedicht.
Erzähl eine lustige Geschichte über einen Pinguin.
Invente une histoire pour enfants.
Escribe un poema sobre la lluvia.
写一个关于龙的童话故事。
猫についての短い詩を書いてください。`,
  chat: `
Hello there!
I'm feeling stressed lately.
What's your name?
Can we be friends?
I had such a great weekend.
Do you think robots will take over?
That's interesting, tell me more.
I don't feel like working today.
You are so helpful.
What would you do in my place?
I'm nervous about tomorrow.
Are you smarter than me?
Which season do you prefer?
Sorry, I was away.
Never mind.
I just wanted to say hi.
Do you dream?
My cat died yesterday.
Sounds good to me.
Wow, I did not expect that.
Guten Abend, was machst du so?
Ich bin heute so müde.
Bonjour, comment vas-tu ?
Estoy muy contento hoy.
晚上好，陪我聊聊天吧。
今日は疲れました。`,
  planning: `
Plan a weekend in the mountains for two.
Give me a study schedule for my final exams.
How do I organise a small wedding on a budget?
Create a training plan to run a half marathon.
What should I pack for two weeks in Iceland?
Help me structure my thesis.
Set up a content calendar for a small blog.
I want to change careers at forty. Where do I start?
Make a plan to declutter the house in a month.
What is the best order to renovate a kitchen?
Create a weekly schedule for a family with three kids.
Suggest an onboarding plan for a new developer.
How can I prepare for a job interview next week?
Design a lesson on fractions for ten-year-olds.
Outline the steps to start a podcast.
Help me decide between two job offers.
Draft a go-to-market plan for a new app.
A meal plan for muscle gain, seven days.
How to save for a house in five years?
Organise a team event for twenty people.
Erstelle mir einen Wochenplan zum Lernen.
Wie bereite ich einen Umzug am besten vor?
Planifie un voyage de trois jours à Rome.
Ayúdame a organizar una fiesta sorpresa.
帮我做一个减肥计划。
引っ越しの準備リストを作ってください。`,
  'rag-qa': `
Based on the following article, what caused the outage?
Using the documents provided, answer the customer's question.
According to the passage, why did the king leave the city?
Answer from the context only. If you cannot find it, say "not found".
What does the handbook say about overtime?
Here are three search results. Which one answers the question?
Read the text and answer the questions below.
Given the paragraph, how many people were involved?
From the transcript above, what did the speaker promise?
Quote the sentence in the document that supports your answer.
Question: who signed the letter? Context: the letter was signed by both directors.
Use the FAQ entries below to answer. Question: can I return opened items?
In the attached policy, is remote work allowed abroad?
With reference to the source, explain what changed in 2020.
Does the article state how much was paid?
Answer the user using the retrieved snippets and cite them as [n].
Summon the facts from the report: what was the revenue in the second quarter?
Look at the table below. Which city had the highest value?
The manual reads as follows. How do I reset the device?
Considering only the information above, is the claim correct?
Beantworte die Frage mit Hilfe des folgenden Abschnitts.
Was sagt der Vertrag zur Haftung? Hier der Auszug.
En te basant sur le texte, réponds à la question.
Lee el pasaje y responde: ¿qué ocurrió primero?
阅读下面的短文，回答问题。
以下の資料を読んで、質問に答えてください。`,
}
