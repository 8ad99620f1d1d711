// Corpus: more whole requests, one a line: programs, data, tools, reckoning, knowledge. The words of each type, not its subjects.
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const EVERYDAY_WORK: Partial<Readonly<Record<TaskType, string>>> = {
  'code-generation': `
Please write a small command line tool in Go that counts the words of each file given.
Create a responsive navigation bar using HTML and CSS only.
Write a stored procedure caller in C# with proper disposal.
I'd like a lambda in Python that is triggered by a queue and writes to a table.
Write me a Dockerfile for a Node application with a multi-stage build.
Program the game of life in plain JavaScript on a canvas.
Code a binary search tree in C++ with insert, find and delete.
Add a method to this class that returns the newest item.
Create a Prometheus exporter in Python for a temperature sensor.
Write tests with pytest for the following function.
Implement a rate limiter middleware for Express.
Make a small Android screen in Kotlin with a text field and a button.
Écris une fonction PHP qui envoie un formulaire par courriel.
Programmiere einen Taschenrechner in Java mit grafischer Oberfläche.
Crea un componente de React para subir fotos.
Scrivi uno script bash che fa il backup di una cartella.
Escreva uma API em Node com login e cadastro.
用 Java 实现一个线程池。
JavaScriptで簡単なToDoアプリを作ってください。`,
  debugging: `
The compiler complains about a missing semicolon but I see none. Where is it?
Since the last update the app freezes when I open the settings. What could it be?
I keep getting a 404 for a route that clearly exists, please help.
Why does this print None at the end?
My loop runs one time too often, here is the code.
The container exits immediately with code 137, why?
It says permission denied (publickey) when I push. How can I solve that?
Can you spot the mistake? The result is always zero.
Form data arrives empty on the server although the request shows it in the browser.
The unit tests are green but in production the cache is never hit. What am I overlooking?
Error: expected 2 arguments, but got 3. What does it want from me?
After the merge half of my styles are gone, how do I find out why?
Das Skript bricht mit einer Fehlermeldung ab, die ich nicht verstehe. Was ist falsch?
Warum wird meine Methode nicht aufgerufen?
Pourquoi mon programme affiche-t-il toujours la même valeur ?
¿Por qué mi consulta tarda tanto y a veces falla?
Il mio sito non si carica più dopo l'aggiornamento, cosa può essere?
这段代码为什么会报空指针异常？
コンパイルエラーの直し方がわかりません。`,
  'code-explanation': `
What is happening in the second loop of this function?
Explain line by line what this query plan means for my code.
When should I use an abstract class and when an interface?
Please review this pull request and point out what is risky.
How does the event loop handle timers and promises?
What is a closure? Show me with a small example.
Tell me in simple words what this class is responsible for.
Is there a cleaner way to write this switch statement?
What does O(n log n) mean for my program?
Add documentation comments to this method.
What's the difference between a process and a thread?
Why would anyone use microservices instead of one application?
Explain the purpose of middleware in web frameworks.
Erkläre mir, was diese Schleife macht.
Was ist der Unterschied zwischen einer Liste und einem Set in Python?
À quoi sert le mot-clé async ? Explique avec un exemple.
¿Qué diferencia hay entre var, let y const?
このコードは何をしていますか？
这个函数的时间复杂度是多少？请解释。`,
  'data-query': `
Show me the SQL to find customers without any orders.
Which formula adds up a column only where another column says paid?
Write a query that gives the top three products per category.
How do I remove duplicate rows in Excel and keep the newest?
Regex to match dates like 2024-05-31.
Query for the average order value per month of last year.
In pandas, how do I merge two frames on several columns?
Count users by country and sort descending, Postgres.
I need a formula that takes the text after the last dash.
Update all prices in the table by five per cent where the supplier is closed.
Find rows where the end date lies before the start date.
Turn rows into columns in SQL Server.
Wie lautet die Excel-Formel, um das Alter aus einem Geburtsdatum zu bestimmen?
Schreibe eine SQL-Abfrage, die alle doppelten Einträge findet.
Requête SQL pour obtenir le dernier achat de chaque client.
Consulta SQL para contar los pedidos por día.
写一个 SQL 查询每个部门工资最高的员工。
重複を除いて件数を数えるSQLを書いてください。`,
  'agent-step': `
Open the repository, find where the timeout is set and raise it.
Run the test suite and fix what fails.
Move tomorrow's meeting to Friday and tell everybody.
Search for flights under two hundred euros and book the earliest one.
Rename the variable everywhere in the project and commit.
Cancel my subscription and confirm by mail.
Go through my inbox and unsubscribe from all newsletters.
Deploy the current branch to staging and check that it answers.
Turn the heating down to eighteen degrees tonight.
Look up the weather in the forecast tool and add an umbrella to my list if needed.
Create a new issue for each failing test.
Download the report, convert it and upload it to the shared folder.
Install the missing package and try again.
Setze eine Erinnerung für Montag früh und schicke Anna eine Nachricht.
Öffne das Projekt, ändere die Version und starte die Tests.
Cherche le fichier de configuration et modifie le port.
Busca un restaurante cerca y reserva una mesa para cuatro.
帮我查一下明天的航班并订一张票。
明日の会議を予約して、参加者に招待を送ってください。`,
  maths: `
A train travels 180 km in two and a half hours. What is its average speed?
If a jacket costs 80 euros and is reduced by 15 %, what do I pay?
Tom has twice as many marbles as Ana, together they have 36. How many does each have?
How many minutes are there in three days?
A recipe for four needs 300 g of flour. How much for ten?
What is 17 times 24?
Split a bill of 96.50 among five people with a tip of ten per cent.
How much interest do I get on 2,000 at 3 % after two years?
The perimeter of a rectangle is 40 cm and one side is 12 cm. What is the area?
She reads 25 pages a day. When has she finished 320 pages?
Solve 3x + 7 = 28.
A tank holds 60 litres and loses 2 litres an hour. How long until it is half empty?
Was sind 19 Prozent von 250?
Drei Arbeiter brauchen sechs Tage. Wie lange brauchen neun?
Combien font 12 % de 450 ?
Si compro 4 kilos a 2,30 cada uno, ¿cuánto pago?
小明有 24 个苹果，分给 6 个朋友，每人几个？
時速60キロで3時間走ると何キロ進みますか。`,
  'advanced-maths': `
Find the eigenvalues of the following matrix.
Evaluate the integral of x squared times e to the minus x.
Prove that the square root of two is irrational.
What is the derivative of ln(sin x)?
Show that the sum of two continuous functions is continuous.
Does the series 1/(n log n) converge?
Solve the differential equation y'' + 4y = 0.
How many ways are there to seat eight people around a table?
Determine the residue at the pole.
Find all primes p such that p + 2 divides p squared plus 1.
Let G be a group of order 15. Show that it is cyclic.
Compute the limit as x approaches zero of (1 - cos x)/x^2.
What is the probability that two random points are closer than one half?
Find the Taylor series around zero up to the fourth order.
Minimise the function subject to the constraint with Lagrange multipliers.
Beweise durch vollständige Induktion die Summenformel.
Berechne die Ableitung und die Extremstellen von f.
Démontrez que la suite converge et calculez sa limite.
Demuestra que la función es inyectiva.
求函数的极值并证明。
次の積分を計算せよ。`,
  'science-qa': `
Why is the sky blue and the sunset red?
How does a vaccine train the immune system?
What happens to the pressure when a gas is heated in a closed vessel?
Which organelle produces energy in a cell?
Explain how a transistor amplifies a signal.
What is the difference between speed and velocity?
Why does ice float on water?
How do black holes form?
What is the pH of a 0.01 molar solution of hydrochloric acid?
Describe how plants make sugar from light.
What forces act on a bridge?
How does DNA replicate?
Why do metals conduct heat?
What causes earthquakes?
Warum gefriert Salzwasser später als Süßwasser?
Wie funktioniert ein Elektromotor?
Comment fonctionne la photosynthèse ?
¿Por qué los planetas giran alrededor del sol?
光合作用是怎么进行的？
なぜ海は青いのですか。`,
  'professional-qa': `
Can my employer refuse my holiday request?
What is the usual dose of ibuprofen for an adult?
Do I have to pay tax on money that I inherit?
Which side effects does this antibiotic have?
What does price elasticity of demand mean for my pricing?
Is a verbal agreement binding?
How is depreciation shown in the balance sheet?
What is the difference between a trademark and a patent?
When should a fever be treated in children?
How does a central bank influence inflation?
What are my rights if a flight is cancelled?
Which legal form suits a company of two founders?
How long does the warranty last for used goods?
What is cognitive behavioural therapy and who is it for?
Which business expenses may a freelancer set off?
What does EBITDA tell an investor?
What is the difference between gross and net margin?
Is high blood pressure dangerous without symptoms?
Wie lange ist die Kündigungsfrist nach fünf Jahren?
Welche Wechselwirkungen hat dieses Medikament?
Quels sont mes droits en cas de licenciement ?
¿Qué impuestos paga un autónomo?
Quali sono i sintomi di una carenza di ferro?
劳动合同到期不续签有补偿吗？
確定申告は誰が必要ですか。`,
  'factual-qa': `
When was the printing press invented?
Which river flows through Vienna?
Who painted the ceiling of the Sistine Chapel?
What is the largest desert in the world?
How deep is the Mariana Trench?
Who was the second president of the United States?
What language is spoken in Brazil?
Which country has the most islands?
How long did the Hundred Years' War last?
Who discovered penicillin?
What is the national animal of Scotland?
Which band recorded this album?
How many bones has a human body?
What does the flag of Canada look like?
Wer schrieb den Faust?
Wie viele Einwohner hat Island?
Quelle est la capitale de l'Australie ?
¿Quién pintó Las Meninas?
Chi ha inventato la radio?
世界上最长的河是哪条？
日本で一番高い山は何ですか。`,
}
