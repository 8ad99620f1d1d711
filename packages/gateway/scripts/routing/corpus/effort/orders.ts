// Corpus of efforts: orders to an agent in a repository or an office, one a line, each with the effort that we say it takes,
// 0 (any model does it) to 9 (few do).
import type { TaskType } from '../../../../src/routing/auto/picker/task-types.ts'

export const ORDERS: Partial<Readonly<Record<TaskType, string>>> = {
  'agent-step': `
0 Rename the folder tests to spec.
0 Rename getUser to fetchUser wherever it is used.
0 Give the constant MAX a longer name.
0 Show me the contents of the readme.
0 List all branches.
0 Which files are in the src folder?
0 List the open pull requests.
0 Print the current version.
0 What did the last commit change?
0 Show the diff.
0 Name the modules that import lodash.
0 How many lines does this file have?
0 Delete the empty folder.
0 Remove the unused import in main.py.
0 Sort the imports.
0 Format the code.
0 Add a newline at the end of each file.
0 Fix the typo in the heading.
0 Correct the spelling in the comment.
0 Bump the version to 2.4.1.
0 Commit this with a short message.
0 Push the branch.
0 Stage all changes and commit them.
0 Revert the last commit.
0 Run the tests.
0 Start the dev server.
0 Copy the config to config.example.
0 Move this file into the utils folder.
0 Put the date into the header.
0 Change the colour of the button to green.
0 Set the port to 8081.
0 Replace tabs by spaces in this file.
0 Mention the fix in the changelog.
0 Add an entry to the release notes.
0 Tell me which files you touched.
0 Yes, go ahead.
0 Thanks, that is all.
1 Write the commit message.
1 Summarise what you did in two sentences.
1 Update the copyright year in all headers.
1 Add the new command to the readme.
1 Write a docstring for this method.
1 Add a comment above each exported function.
1 Turn the double quotes into single quotes in the whole project.
1 Add the missing type annotation.
1 Update the dependency to the newest patch release.
1 Replace the deprecated call by the new one, it takes the same arguments.
1 Create an empty component called Header with its test file.
1 Add a log line when the server starts.
1 Add .env to the ignore file.
1 Change the text of the error message.
1 Remove dead code that the linter reports.
1 Make the label translatable.
1 Add a field "nickname" to the form.
1 Export this type as well.
1 Translate the comments into English.
1 Find where the logo is rendered.
1 Look up which function writes the log.
1 Collect all TODO comments in a list.
2 Extract this block into a function of its own.
2 Add a flag --verbose that prints each step.
2 Write a unit test for the happy path of this helper.
2 Convert this class component to a function component.
2 Make the list sortable by name.
2 Add validation so that the email must not be empty.
2 Read the limit from an environment variable instead.
2 Split this file into two.
2 Add an endpoint that returns the server's version.
2 Fix the failing lint rules.
2 Draft the pull request's description.
3 Write tests for the date helpers, edge cases included.
3 Add pagination to the list of users.
3 Port this small script from bash to Python.
3 Cache the answer of this call for five minutes.
3 Upgrade the test runner and adapt its configuration.
4 The form is sent twice when one clicks quickly. Mend that.
4 Add log-in with a link by mail.
4 Make the upload resumable.
4 Move the settings from JSON to the database with a migration.
4 Add retries with backoff to the client.
5 Replace the callback API by promises in the whole package and keep the old one working.
5 The build became twice as slow last week. Find out why.
5 Upgrade the framework by two major versions.
5 Add multi-tenancy to the reports.
5 This test fails on CI but never locally. Get to the bottom of it.
6 Add optimistic locking to orders, and make sure that no caller breaks.
6 Find out why memory grows over night and stop it.
6 Make the search ten times faster on a million rows.
6 Introduce a plugin system, with isolation of faulty plugins.
6 Reproduce the bug from the crash dump and mend its cause, not its symptom.
7 Some payments are booked twice under load. Find out how, and make it impossible.
7 Work out why two processes sometimes write the same row, and repair it without slowing the rest down.
7 Find the data race that the sanitizer reports only sometimes.
7 Rewrite the parser so that it recovers from errors and reports all of them with exact places.
7 Make the cache consistent across nodes when the network is partitioned.
7 Two threads wait for each other now and then. Find the cycle, remove it, and show by a test that it is gone.
7 Design the migration of the live table to the new schema without downtime, with a way back.
7 The counter loses increments when many requests come at once; hunt that down.
8 Prove that this queue never loses a message, even when a consumer dies.
8 Show that the algorithm terminates for every input, or give one for which it does not.
8 Design the replication protocol, argue why it is safe, and implement the leader election.
8 Prove or refute that these two transactions are serialisable together.
8 Implement a lock-free hash map, and argue that it is linearizable.
8 Find the subtle use-after-free in the scheduler and prove by a model check that the repair holds.
8 Derive the worst-case latency of the pipeline and change its design so that the bound holds.
8 Redesign the storage engine for crash safety: what must be synced in which order, and why is that enough?
8 Work out the invariants of this module, write them as properties, and find the sequence of calls that breaks one.
9 Prove the correctness of the consensus implementation and fix what the proof uncovers.
9 Write a compiler back end with register allocation for this language.
9 Find the timing side channel in our cryptographic code, show that it can be used, and close it.
0 Benenne die Datei um.
0 Liste alle Dateien im Ordner auf.
0 Zeige mir die letzten drei Commits.
0 Korrigiere den Tippfehler in der Überschrift.
1 Schreibe eine Zeile in die Versionshinweise.
1 Ergänze den Kommentar über der Funktion.
3 Schreibe Tests für die Hilfsfunktionen.
6 Finde heraus, warum der Speicher wächst, und behebe die Ursache.
7 Finde die Wettlaufsituation zwischen den beiden Threads und beseitige sie.
8 Beweise, dass das Protokoll keine Nachricht verliert.
8 Entwirf eine ausfallsichere Architektur und begründe jede Entscheidung.
0 Renomme la variable dans tout le projet.
0 Affiche la liste des fichiers modifiés.
1 Ajoute une ligne au journal des modifications.
6 Trouve pourquoi le service ralentit sous charge et corrige la cause.
8 Démontre que cet algorithme se termine toujours.
7 Conçois une migration sans interruption avec retour possible.
0 Cambia el nombre de la carpeta.
0 Muestra los archivos modificados.
1 Añade una línea al registro de cambios.
7 Encuentra la condición de carrera y elimínala.
8 Demuestra que no puede haber interbloqueo.
0 Rinomina il file.
1 Aggiungi una riga alle note di rilascio.
7 Trova la causa del blocco tra i due processi e correggila.
0 Renomeie a variável.
8 Prove que o sistema nunca perde dados quando o nó cai.
0 把这个文件重命名。
0 列出修改过的文件。
1 在更新日志里加一行。
7 找出两个线程之间的竞态条件并修复。
8 证明这个算法不会死锁。
0 ファイルの一覧を表示して。
1 変更履歴に一行追加して。
7 競合状態の原因を突き止めて修正して。
8 このロック順序でデッドロックが起きないことを証明して。
0 Переименуй файл.
7 Найди состояние гонки и исправь его.`,
}
