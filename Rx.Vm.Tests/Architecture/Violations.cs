using System.Runtime.InteropServices;

namespace Rx.Vm.Tests.Architecture.Violations;

// What the rules must see, each with nothing but the usings that every file has.

internal static class ReadsAFile
{
    public static string Run() => File.ReadAllText("x");
}

internal static class StartsAThread
{
    public static void Run() => new Thread(() => { }).Start();
}

internal static class RunsATask
{
    public static Task Run() => Task.Run(() => { });
}

internal static class AsksTheNet
{
    public static HttpClient Run() => new();
}

internal static class LooksAtTheClock
{
    public static object Run() => new System.Diagnostics.Stopwatch();
}

internal static class KnowsTheHost
{
    public static object Run() => VmHost.OpenAsync();
}

internal static partial class CallsTheSystem
{
    public static int Run() => Name("x");

    [LibraryImport("libc", EntryPoint = "sethostname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Name(string name);
}
