using Xunit.Sdk;
using Xunit.v3;

// Each test freezes processes; one at a time keeps a small machine honest.
[assembly: Parallelization(Mode = ParallelMode.None)]
