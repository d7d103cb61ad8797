import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'roots'])
