using System.Text.Json;
using Apache.Arrow;
using SideEye.Capture.Rows;
using SideEye.Tables;
using SideEye.ControlPlane.Capturing;
using SideEye.Host;
using SideEye.Host.Tests;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Packs;
using SideEye.Spec.Reading;
using SideEye.Store;
using SideEye.Store.Derivation;

namespace SideEye.Soak;

/// <summary>
/// Snapshots of one process with the built-in packs and a spec, one right after the other: each becomes a file, a query
/// asks it, and a line of JSON tells the answer. In some of them all is derived that there is to derive, which takes
/// far longer than the snapshot.
/// </summary>
internal static class CapturingLoop
{
    private const int DerivedEvery = 10;

    /// <summary>Ends with 0 once the process has ended, or nobody reads the lines any more.</summary>
    /// <param name="processId">Whom to capture.</param>
    /// <param name="specFile">The spec, on top of the packs.</param>
    /// <param name="query">Asks what was captured; its rows, of one text column, are <see cref="LoopedSnapshot.Rows"/>.
    /// </param>
    /// <param name="derivedQuery">Asks those snapshots in which all is derived.</param>
    public static async Task<int> RunAsync(int processId, string specFile, string query, string derivedQuery)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-loop-");
        using BinaryCache binaries = new();
        CapturePrograms programs = new();
        try
        {
            CaptureSpec spec = ReadSpec(specFile);
            GoProcess process = GoProcess.Open(processId, binaries);
            for (int i = 0; process.IsAlive; i++)
            {
                string file = Path.Combine(folder.FullName, $"{i}.duckdb");
                bool isDerived = i % DerivedEvery == 0;
                LoopedSnapshot snapshot = await TakeAsync(process, spec, programs, file, isDerived);
                if (snapshot.Error is null)
                    snapshot = snapshot with { Rows = [.. Ask(file, isDerived ? derivedQuery : query)] };
                Console.WriteLine(JsonSerializer.Serialize(snapshot));
                File.Delete(file);
            }
            return 0;
        }
        catch (TargetException e)
        {
            Console.WriteLine(JsonSerializer.Serialize(new LoopedSnapshot { Error = e.Message }));
            return e.Problem is TargetProblem.NoSuchProcess or TargetProblem.Gone ? 0 : 1;
        }
        catch (IOException)
        {
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static CaptureSpec ReadSpec(string file)
    {
        SpecReading own = SpecReader.Read(File.ReadAllText(file), file);
        SpecReading merged = SpecMerger.Merge(BuiltInPacks.All, own.Spec is null ? [] : [own.Spec]);
        return own.Problems.Concat(merged.Problems).FirstOrDefault() is { } problem
            ? throw new InvalidOperationException(problem.ToString()) : merged.Spec!;
    }

    private static async Task<LoopedSnapshot> TakeAsync(
        GoProcess process, CaptureSpec spec, CapturePrograms programs, string path, bool isDerived)
    {
        using SnapshotFile file = SnapshotFile.Create(path);
        foreach ((string table, Schema schema) in SnapshotSchema.Tables)
            file.CreateTable(table, schema);
        foreach ((string table, Schema schema) in CaptureSchema.Tables)
            file.CreateTable(table, schema);
        SnapshotOutcome outcome = await new Snapshotter(Captured.Patient, ReaderChoice.Bpf, spec, programs)
            .TakeAsync([process], [], new FileSink(file), default);
        file.Execute(SnapshotSchema.Views);
        if (isDerived)
            file.Derive(SpecDerivations.Of(spec), DerivationLimits.Default, default);
        file.Commit();
        return new LoopedSnapshot
        {
            Error = outcome.Processes[0].Error,
            IsDerived = isDerived,
            Faults = [.. outcome.Processes[0].Problems.Select(static problem => problem.ToString())],
            Goroutines = outcome.Processes[0].Goroutines,
            Pause = TimeSpan.FromTicks(
                (long)(outcome.Processes[0].Result?.PauseNs ?? 0) / TimeSpan.NanosecondsPerTick),
        };
    }

    private static List<string> Ask(string file, string query)
    {
        using SnapshotReader reader = SnapshotReader.Open(file);
        using QueryResult result = reader.Query(query, QueryLimits.None, default);
        List<string> rows = [];
        while (result.Read())
            rows.Add(result.GetText(0));
        return rows;
    }

    private sealed class FileSink(SnapshotFile file) : ITableSink
    {
        public void Declare(string table, Schema schema) => file.CreateTable(table, schema);

        public void Append(string table, RecordBatch batch)
        {
            using (batch)
                file.Append(table, batch);
        }
    }
}
