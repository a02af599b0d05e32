/** Loaded into every process that the bench starts: none outlives the bench, not even one that was killed. */
process.once('disconnect', () => process.exit());
