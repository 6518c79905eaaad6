using Xunit.Sdk;
using Xunit.v3;

// Tests freeze processes and load the probe; one at a time keeps a small machine honest.
[assembly: Parallelization(Mode = ParallelMode.None)]
