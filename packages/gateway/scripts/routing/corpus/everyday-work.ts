// Corpus: more whole requests, one a line: programs, data, tools, reckoning, knowledge. The words of each type, not its subjects. The digit is the effort (`rated-lines.ts`).
import type { TaskType } from '../../../src/routing/auto/picker/task-types.ts'

export const EVERYDAY_WORK: Partial<Readonly<Record<TaskType, string>>> = {
  'code-generation': `
3 Please write a small command line tool in Go that counts the words of each file given.
3 Create a responsive navigation bar using HTML and CSS only.
3 Write a stored procedure caller in C# with proper disposal.
3 I'd like a lambda in Python that is triggered by a queue and writes to a table.
3 Write me a Dockerfile for a Node application with a multi-stage build.
4 Program the game of life in plain JavaScript on a canvas.
4 Code a binary search tree in C++ with insert, find and delete.
1 Add a method to this class that returns the newest item.
4 Create a Prometheus exporter in Python for a temperature sensor.
3 Write tests with pytest for the following function.
5 Implement a rate limiter middleware for Express.
3 Make a small Android screen in Kotlin with a text field and a button.
3 Écris une fonction PHP qui envoie un formulaire par courriel.
4 Programmiere einen Taschenrechner in Java mit grafischer Oberfläche.
4 Crea un componente de React para subir fotos.
2 Scrivi uno script bash che fa il backup di una cartella.
4 Escreva uma API em Node com login e cadastro.
6 用 Java 实现一个线程池。
3 JavaScriptで簡単なToDoアプリを作ってください。`,
  debugging: `
2 The compiler complains about a missing semicolon but I see none. Where is it?
5 Since the last update the app freezes when I open the settings. What could it be?
4 I keep getting a 404 for a route that clearly exists, please help.
2 Why does this print None at the end?
3 My loop runs one time too often, here is the code.
4 The container exits immediately with code 137, why?
3 It says permission denied (publickey) when I push. How can I solve that?
4 Can you spot the mistake? The result is always zero.
5 Form data arrives empty on the server although the request shows it in the browser.
6 The unit tests are green but in production the cache is never hit. What am I overlooking?
1 Error: expected 2 arguments, but got 3. What does it want from me?
4 After the merge half of my styles are gone, how do I find out why?
4 Das Skript bricht mit einer Fehlermeldung ab, die ich nicht verstehe. Was ist falsch?
4 Warum wird meine Methode nicht aufgerufen?
5 Pourquoi mon programme affiche-t-il toujours la même valeur ?
6 ¿Por qué mi consulta tarda tanto y a veces falla?
4 Il mio sito non si carica più dopo l'aggiornamento, cosa può essere?
4 这段代码为什么会报空指针异常？
4 コンパイルエラーの直し方がわかりません。`,
  'code-explanation': `
2 What is happening in the second loop of this function?
5 Explain line by line what this query plan means for my code.
3 When should I use an abstract class and when an interface?
6 Please review this pull request and point out what is risky.
5 How does the event loop handle timers and promises?
2 What is a closure? Show me with a small example.
2 Tell me in simple words what this class is responsible for.
3 Is there a cleaner way to write this switch statement?
2 What does O(n log n) mean for my program?
2 Add documentation comments to this method.
3 What's the difference between a process and a thread?
4 Why would anyone use microservices instead of one application?
2 Explain the purpose of middleware in web frameworks.
2 Erkläre mir, was diese Schleife macht.
2 Was ist der Unterschied zwischen einer Liste und einem Set in Python?
3 À quoi sert le mot-clé async ? Explique avec un exemple.
2 ¿Qué diferencia hay entre var, let y const?
3 このコードは何をしていますか？
5 这个函数的时间复杂度是多少？请解释。`,
  'data-query': `
2 Show me the SQL to find customers without any orders.
2 Which formula adds up a column only where another column says paid?
4 Write a query that gives the top three products per category.
3 How do I remove duplicate rows in Excel and keep the newest?
2 Regex to match dates like 2024-05-31.
3 Query for the average order value per month of last year.
2 In pandas, how do I merge two frames on several columns?
1 Count users by country and sort descending, Postgres.
2 I need a formula that takes the text after the last dash.
2 Update all prices in the table by five per cent where the supplier is closed.
2 Find rows where the end date lies before the start date.
5 Turn rows into columns in SQL Server.
3 Wie lautet die Excel-Formel, um das Alter aus einem Geburtsdatum zu bestimmen?
3 Schreibe eine SQL-Abfrage, die alle doppelten Einträge findet.
4 Requête SQL pour obtenir le dernier achat de chaque client.
2 Consulta SQL para contar los pedidos por día.
4 写一个 SQL 查询每个部门工资最高的员工。
3 重複を除いて件数を数えるSQLを書いてください。`,
  'agent-step': `
2 Open the repository, find where the timeout is set and raise it.
5 Run the test suite and fix what fails.
1 Move tomorrow's meeting to Friday and tell everybody.
3 Search for flights under two hundred euros and book the earliest one.
1 Rename the variable everywhere in the project and commit.
1 Cancel my subscription and confirm by mail.
3 Go through my inbox and unsubscribe from all newsletters.
3 Deploy the current branch to staging and check that it answers.
0 Turn the heating down to eighteen degrees tonight.
1 Look up the weather in the forecast tool and add an umbrella to my list if needed.
2 Create a new issue for each failing test.
2 Download the report, convert it and upload it to the shared folder.
1 Install the missing package and try again.
1 Setze eine Erinnerung für Montag früh und schicke Anna eine Nachricht.
2 Öffne das Projekt, ändere die Version und starte die Tests.
1 Cherche le fichier de configuration et modifie le port.
2 Busca un restaurante cerca y reserva una mesa para cuatro.
2 帮我查一下明天的航班并订一张票。
1 明日の会議を予約して、参加者に招待を送ってください。`,
  maths: `
2 A train travels 180 km in two and a half hours. What is its average speed?
1 If a jacket costs 80 euros and is reduced by 15 %, what do I pay?
2 Tom has twice as many marbles as Ana, together they have 36. How many does each have?
0 How many minutes are there in three days?
1 A recipe for four needs 300 g of flour. How much for ten?
1 What is 17 times 24?
2 Split a bill of 96.50 among five people with a tip of ten per cent.
2 How much interest do I get on 2,000 at 3 % after two years?
2 The perimeter of a rectangle is 40 cm and one side is 12 cm. What is the area?
2 She reads 25 pages a day. When has she finished 320 pages?
1 Solve 3x + 7 = 28.
2 A tank holds 60 litres and loses 2 litres an hour. How long until it is half empty?
1 Was sind 19 Prozent von 250?
3 Drei Arbeiter brauchen sechs Tage. Wie lange brauchen neun?
1 Combien font 12 % de 450 ?
1 Si compro 4 kilos a 2,30 cada uno, ¿cuánto pago?
1 小明有 24 个苹果，分给 6 个朋友，每人几个？
1 時速60キロで3時間走ると何キロ進みますか。`,
  'advanced-maths': `
5 Find the eigenvalues of the following matrix.
4 Evaluate the integral of x squared times e to the minus x.
5 Prove that the square root of two is irrational.
3 What is the derivative of ln(sin x)?
5 Show that the sum of two continuous functions is continuous.
6 Does the series 1/(n log n) converge?
5 Solve the differential equation y'' + 4y = 0.
3 How many ways are there to seat eight people around a table?
6 Determine the residue at the pole.
7 Find all primes p such that p + 2 divides p squared plus 1.
7 Let G be a group of order 15. Show that it is cyclic.
4 Compute the limit as x approaches zero of (1 - cos x)/x^2.
7 What is the probability that two random points are closer than one half?
4 Find the Taylor series around zero up to the fourth order.
6 Minimise the function subject to the constraint with Lagrange multipliers.
5 Beweise durch vollständige Induktion die Summenformel.
4 Berechne die Ableitung und die Extremstellen von f.
6 Démontrez que la suite converge et calculez sa limite.
5 Demuestra que la función es inyectiva.
5 求函数的极值并证明。
4 次の積分を計算せよ。`,
  'science-qa': `
3 Why is the sky blue and the sunset red?
3 How does a vaccine train the immune system?
2 What happens to the pressure when a gas is heated in a closed vessel?
0 Which organelle produces energy in a cell?
4 Explain how a transistor amplifies a signal.
1 What is the difference between speed and velocity?
2 Why does ice float on water?
4 How do black holes form?
3 What is the pH of a 0.01 molar solution of hydrochloric acid?
2 Describe how plants make sugar from light.
3 What forces act on a bridge?
3 How does DNA replicate?
3 Why do metals conduct heat?
2 What causes earthquakes?
3 Warum gefriert Salzwasser später als Süßwasser?
3 Wie funktioniert ein Elektromotor?
2 Comment fonctionne la photosynthèse ?
3 ¿Por qué los planetas giran alrededor del sol?
2 光合作用是怎么进行的？
2 なぜ海は青いのですか。`,
  'professional-qa': `
4 Can my employer refuse my holiday request?
2 What is the usual dose of ibuprofen for an adult?
4 Do I have to pay tax on money that I inherit?
2 Which side effects does this antibiotic have?
4 What does price elasticity of demand mean for my pricing?
3 Is a verbal agreement binding?
4 How is depreciation shown in the balance sheet?
3 What is the difference between a trademark and a patent?
4 When should a fever be treated in children?
4 How does a central bank influence inflation?
3 What are my rights if a flight is cancelled?
5 Which legal form suits a company of two founders?
2 How long does the warranty last for used goods?
2 What is cognitive behavioural therapy and who is it for?
4 Which business expenses may a freelancer set off?
3 What does EBITDA tell an investor?
1 What is the difference between gross and net margin?
3 Is high blood pressure dangerous without symptoms?
2 Wie lange ist die Kündigungsfrist nach fünf Jahren?
3 Welche Wechselwirkungen hat dieses Medikament?
4 Quels sont mes droits en cas de licenciement ?
4 ¿Qué impuestos paga un autónomo?
2 Quali sono i sintomi di una carenza di ferro?
4 劳动合同到期不续签有补偿吗？
3 確定申告は誰が必要ですか。`,
  'factual-qa': `
0 When was the printing press invented?
0 Which river flows through Vienna?
0 Who painted the ceiling of the Sistine Chapel?
0 What is the largest desert in the world?
1 How deep is the Mariana Trench?
0 Who was the second president of the United States?
0 What language is spoken in Brazil?
1 Which country has the most islands?
1 How long did the Hundred Years' War last?
0 Who discovered penicillin?
1 What is the national animal of Scotland?
1 Which band recorded this album?
0 How many bones has a human body?
0 What does the flag of Canada look like?
0 Wer schrieb den Faust?
1 Wie viele Einwohner hat Island?
0 Quelle est la capitale de l'Australie ?
0 ¿Quién pintó Las Meninas?
1 Chi ha inventato la radio?
0 世界上最长的河是哪条？
0 日本で一番高い山は何ですか。`,
}
