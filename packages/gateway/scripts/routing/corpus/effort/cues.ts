// Corpus of efforts: how requests open, without their content, by effort. No kind of task: they say nothing of one.

export const EFFORT_CUES: Readonly<Record<number, string>> = {
  0: `rename | list all | list the | show me the | print the | what is the name of | delete the | copy | move the file | sort | format | fix the typo | spell | capital of | yes or no | reply with one word |
    translate the word | how do you say | say hello | thanks | ok | go on | open the | close the | turn on | set the | which file | how many | when was | who is | what day | convert to upper case | count the words |
    run the command | commit | bump the version | status of | remind me | add to the list | just the number | in one word | a synonym for | umbenennen | liste auf | zeige mir | übersetze das Wort | affiche | renomme | liste les |
    muestra | cambia el nombre | elenca | liste os | 列出 | 显示 | 重命名 | 一覧 | 表示して | 名前を変更 | список | переименуй`,
  1: `a line for | one sentence about | short note | write a short message | add a comment | update the readme | changelog entry | release note | fill in | extract the date | classify as | label this | correct the grammar |
    make it polite | shorten | a quick definition | what does the word mean | simple example of | tl;dr | give me a title | ein Satz über | kurze Nachricht | une phrase sur | una frase sobre | 一句话 | 一行で`,
  2: `write a small function | write an email to | explain in simple words | a short paragraph | formula for | a query that counts | add a button | rewrite this paragraph | summarise the article | a recipe for | three tips`,
  4: `compare the two | implement an endpoint | write tests for | refactor the class | fix this error | plan a trip | why does it fail | explain how it works | write a blog post | design a form`,
  6: `find the root cause | why does it only happen under load | make it faster | optimise for | without breaking | under the following constraints | taking into account all of | weigh the trade-offs | analyse the causes |
    identify the flaw in | a strategy for | memory leak | performance regression | concurrency bug | security review of | model the problem as | derive | estimate from first principles | justify each step |
    untersuche die Ursache | wäge ab | optimiere | analyse les causes | optimise sous contraintes | analiza las causas | optimiza | 分析原因 | 优化 | 原因を分析 | 最適化`,
  8: `prove that | prove or disprove | show that it cannot | give a rigorous proof | formally verify | find a counterexample | race condition | deadlock | data race | linearizable | invariant | lock-free | distributed consensus |
    design an architecture for | design a protocol | correctness of | argue why it is safe | lower bound | asymptotically optimal | NP-hard | for all n | exactly once | crash consistency | undecidable |
    all of the following constraints at once | beweise dass | widerlege | Verklemmung | entwirf ein System | démontrer que | prouvez que | interblocage | concevez une architecture | demuestra que | condición de carrera |
    diseña un sistema | dimostra che | prove que | 证明 | 竞态 | 死锁 | 设计一个系统 | 証明せよ | デッドロック | 設計して | докажи что | взаимная блокировка`,
}
