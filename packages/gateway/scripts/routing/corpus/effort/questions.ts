// Corpus of efforts: questions and tasks of thought, as in orders.ts.
import type { TaskType } from '../../../../src/routing/auto/picker/task-types.ts'

export const QUESTIONS: Partial<Readonly<Record<TaskType, string>>> = {
  'code-generation': `
0 Write hello world in Ruby.
0 A loop that prints the numbers from 1 to 10.
0 How do I declare an array in Swift? Just the line.
1 A function that adds two numbers.
1 Give me an HTML page with a heading and a paragraph.
1 Write an enum for the days of the week.
2 Write a function that reverses a string.
2 Write a helper that checks whether a number is even, with a test.
6 Write a thread pool with work stealing in C++.
6 Implement an incremental regular expression engine that never backtracks.
7 Write a concurrent B-tree with latch coupling.
7 Implement a garbage collector for a small virtual machine, with tests that show it never frees what is reachable.
7 Write a solver for large sparse linear systems with preconditioning, numerically stable.
8 Implement Raft with snapshots and membership changes, and a test harness with faults.
8 Write a type checker with inference for a functional language with higher-ranked types.
8 Implement a CRDT for rich text and explain why replicas converge.
7 Optimise this kernel so that it reaches the memory bandwidth of the machine.
6 Build a scheduler that meets deadlines, priorities, quotas and fairness all at once.`,
  debugging: `
0 There is a bracket missing, where?
1 It says "command not found: npm". What do I do?
1 Why does my print show quotes around the string?
2 Unexpected indent in line 4, how do I fix it?
6 The service is slow only on Mondays between nine and ten, nothing in the logs. Where do I look?
7 Once in a million requests the balance is off by one cent. How can that be?
7 A deadlock appears only under production load. Analyse the lock order in these three classes.
7 After days of running the results differ slightly between two identical machines. Explain.
8 The kernel panics under memory pressure with this trace; find the race between the two paths.
8 Our consensus cluster elected two leaders. Reconstruct from the logs how that was possible.
7 Heap corruption far away from where it crashes; find the culprit.`,
  'code-explanation': `
0 What does the plus sign do here?
1 What is a variable?
1 What does this import mean?
6 Which memory orderings does this lock-free stack need, and why?
7 Argue whether this cache can ever serve stale data after a failover.
7 Analyse the amortised complexity of this structure and prove the bound.
8 Does this protocol guarantee exactly-once delivery? Find a counterexample or prove it.
6 Review the cryptographic design of this module for weaknesses.
7 Compare three designs for a multi-region database under latency, consistency and cost, and recommend one.`,
  'data-query': `
0 Select everything from users.
0 How do I sort a column in Excel?
1 Count the rows of the table.
6 A recursive query that computes the cost of a bill of materials with cycles detected.
7 Optimise this query with five joins and two correlated subqueries for a billion rows; the plan is below.
7 Sessionise the clicks, attribute revenue to the channels with decay, and handle late events, in one query.
6 Find gaps and islands per customer with overlapping periods and time zones.`,
  maths: `
0 What is 7 plus 5?
0 Half of 90?
0 How many days has a week?
1 What is 20 percent of 50?
5 Two taps fill a tank in 3 and 5 hours and a leak empties it in 7; the leak opens after an hour. When is it full?
6 In how many ways can 100 be paid with coins of 1, 2, 5, 10, 20 and 50?
6 A mixture is drawn off and refilled three times; work out what was taken each time, with all conditions.
5 Three runners on a ring start at different times and speeds; when are all three together again?`,
  'advanced-maths': `
1 What is the derivative of x squared?
1 Is 17 a prime?
2 Expand (a + b)^2.
2 What is the integral of 2x?
7 Prove that every group of order p squared is abelian.
8 Prove the spectral theorem for compact self-adjoint operators.
8 Show that the set of discontinuities of a monotone function is countable, and construct one for any countable set.
8 Find all functions that satisfy this functional equation, with proof.
9 Prove a sharp bound for the chromatic number of these graphs.
8 Let f be holomorphic on the disc. Show under the given conditions that f has a fixed point and that it is unique.
7 Prove by induction a closed form for the number of such tilings.
8 Bestimme alle ganzzahligen Lösungen und beweise die Vollständigkeit.
8 Démontrez que cet espace est complet et que l'opérateur est compact.
8 证明该不等式对所有正整数成立，并讨论等号成立的条件。`,
  'science-qa': `
0 How many legs has a spider?
0 At what temperature does water boil?
1 Which gas do we breathe in?
1 Name the planets.
6 Derive the dispersion relation for waves on a chain of two kinds of masses.
7 Propose a mechanism for this reaction and explain its stereochemistry.
7 Derive the energy levels of the perturbed oscillator to second order.
7 Design an experiment that tells these three hypotheses apart, with controls and power.
6 Estimate the cooling time of a star from first principles.
7 Which conserved quantities follow from the symmetries of this Lagrangian? Derive them.
6 Predict the NMR spectrum of this compound and justify each shift.`,
  'professional-qa': `
1 What does VAT stand for?
1 What is an invoice?
1 What is a normal body temperature?
6 A patient has fever, a new murmur and these laboratory values. Give a differential diagnosis and the next steps, with reasons.
7 Analyse the liability of each of the four parties under these facts, with the strongest counterarguments.
7 Structure this acquisition across three countries to limit tax, and name the risks.
6 Value this company with the given figures by two methods and reconcile them.
7 Draft a clause that allocates these risks between the parties, and show how a court could read it otherwise.
6 Interpret these contradictory laboratory results together with the five drugs that the patient takes.
7 Judge whether this study supports its conclusion; mind confounding, power and multiple tests.`,
  'factual-qa': `
0 What colour is the sky?
0 Capital of France?
0 What is the opposite of hot?
0 On which continent is Egypt?
4 Who was the second wife of the third mayor of that small town?
4 What did the lesser known treaty of that year say about the river?
4 Which obscure prize did the composer's teacher win, and when?`,
  logic: `
0 Is a cat an animal?
0 Which is bigger, an elephant or a mouse?
1 What comes next: 1, 2, 3, 4?
6 Twelve coins, one is false, three weighings: find it, and tell whether it is heavier.
7 A hundred prisoners, one lamp: devise a strategy and prove that it works.
7 Five houses, five owners, fifteen clues: who keeps the fish? Deduce step by step.
6 Each of the four makes two statements of which one is true; who did it?
7 Two perfect logicians know the sum and the product; what are the numbers?
6 Schedule eight talks into three rooms under these eleven constraints, or show that it is impossible.
7 Finde alle Lösungen des Rätsels und zeige, dass es keine weiteren gibt.
7 逐步推理：根据这十条线索确定每个人的职业和住处。`,
}
