// What the gateway asks of a picker. Pure and synchronous; one that fails is answered with a 500, never with a guess.
import type { Pick, PickKnobs, PickModel, Prompt } from './picker/picker.ts'
import type { PromptView } from './picker/prompt-view.ts'
import type { SkillOverrides, Skills, SkillSubject } from './picker/skills.ts'

export interface PickerPort {
  classify(view: PromptView): Prompt
  rank(prompt: Prompt, models: readonly PickModel[], knobs: PickKnobs): Pick
  skillsOf(subject: SkillSubject, overrides?: SkillOverrides): Skills
}
