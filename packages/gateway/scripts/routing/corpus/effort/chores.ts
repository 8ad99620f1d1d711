// Corpus of efforts: more orders to an agent, small and middling ones, as in orders.ts.
import type { TaskType } from '../../../../src/routing/auto/picker/task-types.ts'

export const CHORES: Partial<Readonly<Record<TaskType, string>>> = {
  'agent-step': `
0 Show the tail of the log.
0 Where is the config file?
0 What is the name of the main branch?
0 Which version of Python do we use?
0 Who wrote this file last?
0 Does the folder contain a Dockerfile?
0 How big is the bundle?
0 How many tests are there?
0 Is the server up?
0 Tell me the path of the script.
0 Give me the first ten lines of data.csv.
0 Print the value of HOME.
0 Count the words in the chapter.
0 Remove the blank lines at the end.
0 Erase the old backup.
0 Throw away the build folder.
0 Uncomment line 12.
0 Comment out the call to track().
0 Take out the debug output.
0 Capitalise the titles.
0 Change "Sign in" to "Log in" on the start page.
0 Write "beta" behind the product's name.
0 Set the timeout to 30 seconds.
0 Set DEBUG to false.
0 Switch the theme to dark.
0 Turn off the cron job.
0 Use four spaces for indentation.
0 Use single quotes.
0 Make the font a bit larger.
0 Make the logo smaller.
0 Centre the title.
0 Align the columns.
0 Hide the sidebar.
0 Put the button on the left.
0 Exchange the two images.
0 Move the function below main.
0 Place this file next to the other one.
0 Rename the column in the table.
0 Call the variable count.
0 Name the branch feature/menu.
0 Create a folder named assets.
0 Create an empty file.
0 Make a copy of the template.
0 Open a pull request.
0 Merge the branch.
0 Tag the release.
0 Fetch the newest changes.
0 Undo that.
0 Restart the container.
0 Stop the watcher.
0 Install the package.
0 Check out the other branch.
0 Close the issue.
0 Assign the ticket to me.
0 Label the issue as a bug.
0 Post the link in the channel.
0 Send the file to the team.
0 Mark the mail as read.
0 Put the appointment on Tuesday.
0 Add the comma that is missing.
0 Add my name to the authors.
0 Insert today's date.
0 Replace foo by bar in this file.
0 Convert the file to UTF-8.
0 Convert the image to PNG.
0 Look whether the link still works.
0 Read me the error message.
0 Repeat the last command.
0 And now the same in the other file.
0 Good, commit it.
0 Ok, next.
1 State in the documentation that the flag exists.
1 Note in the manual that the option is new.
1 Enter the new address in the settings.
1 Correct the broken links in the docs.
1 Write a heading for each section.
1 Sort the methods by name.
1 Give every parameter a type.
1 Turn the constants into an enum.
1 Change the signature so that the options come last, and adapt the two callers.
1 Remove the feature flag that is always on.
1 Add an icon to the menu entry.
1 Add an alias for the command.
1 Let the script print its version.
1 Write the missing docstrings.
1 Move the strings into the language file.
1 Put the magic numbers into constants.
1 Make the table scroll on small screens.
1 Update the screenshots' captions.
1 List the functions that are never called.
1 Find the places that use the old name.
1 Tell me in two lines what this script is for.
1 Write the ticket's summary.
1 Answer the reviewer's remark briefly.
2 Add a test for the new parameter.
2 Turn the script's settings into command line arguments.
2 Show a message when the list is empty.
2 Add a loading spinner to the page.
2 Give the form a cancel button that clears it.
2 Write a small script that renames the photos by date.
3 Split the long function into three with good names.
3 Add a filter by date to the report.
3 Replace the home-made date parser by the library.
3 Add a health endpoint that checks the database.
3 Make the export work for empty accounts too.
4 Add roles to the users: reader and editor.
4 Add dark mode with a switch that is remembered.
4 Let users undo the deletion of an item.
4 Support CSV import with a preview and messages for each bad row.
4 The list flickers when it loads; find out why and mend it.
5 Move the service from REST to gRPC, step by step, without breaking clients.
5 Bring the start-up time under a second.
5 Replace the state management of the app.
5 Write an end-to-end test of the whole ordering process that is not flaky.
6 The numbers of the report differ from the ledger by a few cents each month; find every cause.
6 Make the importer idempotent, also when it is killed half way.
6 Audit the permission checks of all endpoints and close what is open.
7 Work out how two requests can both take the last ticket, and make that impossible under load.
7 The replicas drift apart after a failover. Reconstruct how, and correct the protocol.
7 Show which interleavings of these three tasks break the total, and restructure them so that none can.
7 Cut the memory of the index to a tenth while queries stay as quick; compare designs first.
8 Derive the bound for retries under which the system stays stable, and prove that it holds.
8 Argue that no sequence of crashes loses an acknowledged write; where the argument fails, change the code.
0 Lösche die leere Datei.
0 Welche Zweige gibt es?
0 Stelle den Port um.
0 Setze die Version hoch.
0 Mach die Überschrift kleiner.
0 Zeig mir die Liste der Tests.
0 Füge ein Komma ein.
1 Trage die Änderung in die Dokumentation ein.
1 Notiere das im Protokoll.
1 Schreib eine kurze Nachricht zum Commit.
0 Efface le dossier vide.
0 Montre-moi les branches.
0 Change le port.
0 Mets le titre en gras.
1 Note le changement dans la documentation.
0 Borra el archivo temporal.
0 ¿Qué archivos hay en la carpeta?
0 Pon el título en negrita.
0 Sube la versión.
1 Apunta el cambio en la documentación.
0 Elimina la cartella vuota.
0 Mostrami i file.
0 Apague o arquivo.
0 Mostre a lista de arquivos.
0 删除这个空文件。
0 显示最近的提交。
0 把按钮改成绿色。
0 有哪些测试？
1 给函数加注释。
0 このファイルを削除して。
0 ボタンの色を変えて。
0 テストは何件ありますか。
1 コメントを追加して。
0 파일 이름을 바꿔 줘.
8 이 알고리즘이 교착 상태에 빠지지 않음을 증명해 줘.
7 Trouve l'entrelacement qui fait perdre une mise à jour et rends-le impossible.
7 Analiza por qué el saldo se pierde bajo concurrencia y demuestra que la corrección es suficiente.
7 Analysiere, welche Reihenfolge der Schritte Daten verliert, und beweise, dass die neue es nicht kann.
7 分析并发情况下数据丢失的原因，并证明修复是正确的。
7 データが失われる条件を分析し、起きないことを証明して。
6 Ottimizza la ricerca su dieci milioni di righe e dimostra che i risultati non cambiano.
6 Оптимизируй запрос и докажи, что результат не изменился.`,
}
