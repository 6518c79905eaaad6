using Xunit.Sdk;
using Xunit.v3;

// Each test freezes processes and waits for others to get on; one at a time keeps a small machine honest.
[assembly: Parallelization(Mode = ParallelMode.None)]
