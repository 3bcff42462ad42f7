using System.Text;
using System.Text.Json;

namespace Rx.Benchmarks.Qmp;

/// <summary>What QEMU 7.2 answers to query-qmp-schema, from the repository.</summary>
internal static class RecordedSchema
{
    /// <summary>The value of the reply, as it was sent.</summary>
    public static byte[] Load()
    {
        using var recording = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot(), "Rx.Qmp/Schema/qemu-7.2.json")));
        return Encoding.UTF8.GetBytes(recording.RootElement.GetProperty("return").GetRawText());
    }

    private static string RepositoryRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "RxRuntime.sln")))
        {
            at = at.Parent ?? throw new InvalidOperationException("Run this inside the repository.");
        }

        return at.FullName;
    }
}
