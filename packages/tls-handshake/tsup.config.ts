import { build } from '../../tools/workspace/tsup.ts'

export default build(['index', 'client', 'client13', 'hello', 'quic', 'ech'], { together: ['index'] })
