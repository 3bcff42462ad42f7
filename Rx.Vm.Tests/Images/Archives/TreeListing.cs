using System.Diagnostics;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>
/// Everything there is to say about a tree of files, as the system's own tools say it: name, type, mode, owner, time, number of names, target of
/// a link, device numbers, and a digest of the content.
/// </summary>
internal static class TreeListing
{
    /// <summary>One line per file, sorted. Bytes that are not ASCII, and control characters, are written as octal numbers.</summary>
    public static IReadOnlyList<string> Of(string directory)
    {
        // find leaves out device numbers and stat follows nothing; both are asked, with a byte that no name has between the fields.
        var script = """
            cd "$1" && { find . ! -type d -printf '%P\0%y %m %U:%G %Ts x%n\0%l\0'; find . -type d -printf '%P\0%y %m %U:%G %Ts\0\0'; } \
              | tr '\n\0' '\001\n' | paste -d "$(printf '\002')" - - - | sort > "$2.meta"
            find . -type f -print0 | sort -z | xargs -0 -r sha256sum -bz | tr '\n\0' '\001\n' | sort -k 2 > "$2.sums"
            find . \( -type c -o -type b \) -print0 | sort -z | xargs -0 -r stat --printf '%n %t:%T\0' | tr '\n\0' '\001\n' > "$2.devices"
            cat "$2.meta" "$2.sums" "$2.devices"
            """;
        var output = Shell.Run("sh", "-c", script, "sh", directory, directory + "-listing");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Shown)];
    }

    private static string Shown(string line) => string.Concat(
        line.Select(c => c is '\u0002' ? " | " : c is >= ' ' and <= '~' ? c.ToString() : $"\\{(int)c:x2}"));
}

/// <summary>Runs a program and keeps its bytes, one per character.</summary>
internal static class Shell
{
    public static string Run(string program, params string[] arguments)
    {
        var (code, output, errors) = Try(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {code}\n{errors}");
        return output;
    }

    public static (int Code, string Output, string Errors) Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1, StandardErrorEncoding = System.Text.Encoding.Latin1,
        };
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        // Not on the test's own few threads, which wait for it.
        var errors = Task.Run(process.StandardError.ReadToEnd);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
