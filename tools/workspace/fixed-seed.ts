import fc from 'fast-check'

/**
 * Property tests try the same inputs on every run, so that a red run is the change's doing.
 * `FC_SEED=$RANDOM npm test` looks at inputs not seen before.
 */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 9846) })
