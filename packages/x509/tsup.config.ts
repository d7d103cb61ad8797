import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'der', 'roots', 'verify'])
