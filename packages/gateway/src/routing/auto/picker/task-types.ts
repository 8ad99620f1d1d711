// The words are in `core`, because the configuration knows them too.
export { isTaskType, TASK_TYPES, type TaskType } from '../../../core/task-types.ts'
