using System.Text.Json;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

/// <summary>
/// Turns requests into payloads that this very guest understands: a key is sent only to a guest that announced its feature. What is left
/// out silently must not change what was asked for, so compare <c>Needs</c> with the guest's features first and refuse.
/// </summary>
internal static class GuestPayloads
{
    /// <summary>The features without which this pod would not be the pod that was asked for.</summary>
    public static GuestFeature Needs(PodPayload pod)
    {
        var needs = GuestFeature.None;
        foreach (var c in pod.Containers)
        {
            needs |= c.Terminal == false ? GuestFeature.Pipes : 0;
            needs |= c.User is not null || c.Group is not null || c.AdditionalGroups is { Length: > 0 } ? GuestFeature.User : 0;
            needs |= c.Serial is not null && c.Image.Length == 0 ? GuestFeature.SerialDisk : 0;
            needs |= c.Overlay == true ? GuestFeature.Overlay : 0;
        }

        return needs;
    }

    /// <summary>The features without which this command would not run as asked.</summary>
    public static GuestFeature Needs(ExecPayload exec) =>
        (exec.Terminal == false || exec.Stderr is not null ? GuestFeature.Pipes : 0)
        | (exec.User is not null || exec.Workdir is not null || exec.Envs is { Length: > 0 } ? GuestFeature.User : 0)
        | (exec.Timeout is not null ? GuestFeature.ExecSignal : 0);

    /// <summary>The STARTPOD payload for a guest with these features.</summary>
    public static byte[] StartPod(PodPayload pod, GuestFeatures guest) => JsonSerializer.SerializeToUtf8Bytes(
        pod with { Containers = Array.ConvertAll(pod.Containers, c => For(c, guest)) }, WireJson.Default.PodPayload);

    /// <summary>The EXECCMD payload for a guest with these features. A 2015 guest knows container, session and command only.</summary>
    public static byte[] Exec(ExecPayload exec, GuestFeatures guest) => JsonSerializer.SerializeToUtf8Bytes(
        exec with
        {
            Window = guest.Has(GuestFeature.Window) ? exec.Window : null,
            StderrWindow = guest.Has(GuestFeature.Window) ? exec.StderrWindow : null,
            Stderr = guest.Has(GuestFeature.Pipes) ? exec.Stderr : null,
            Timeout = guest.Has(GuestFeature.ExecSignal) ? exec.Timeout : null,
            Ends = guest.Has(GuestFeature.Ends) ? exec.Ends : null,
            Terminal = guest.Has(GuestFeature.Pipes) ? exec.Terminal : null,
            Envs = guest.Has(GuestFeature.User) ? exec.Envs : null,
            Workdir = guest.Has(GuestFeature.User) ? exec.Workdir : null,
            User = guest.Has(GuestFeature.User) ? exec.User : null,
        },
        WireJson.Default.ExecPayload);

    /// <summary>The WINSIZE payload.</summary>
    public static byte[] WindowSize(ulong session, ushort rows, ushort columns) =>
        JsonSerializer.SerializeToUtf8Bytes(new WindowSizePayload(session, rows, columns), WireJson.Default.WindowSizePayload);

    /// <summary>The KILLCONTAINER payload.</summary>
    public static byte[] Kill(string container, int signal) =>
        JsonSerializer.SerializeToUtf8Bytes(new KillPayload(container, signal), WireJson.Default.KillPayload);

    /// <summary>The SIGNALEXEC payload.</summary>
    public static byte[] SignalExec(ulong session, int signal) =>
        JsonSerializer.SerializeToUtf8Bytes(new SignalExecPayload(session, signal), WireJson.Default.SignalExecPayload);

    private static ContainerPayload For(ContainerPayload c, GuestFeatures guest) => c with
    {
        Window = guest.Has(GuestFeature.Window) ? c.Window : null,
        StderrWindow = guest.Has(GuestFeature.Window) ? c.StderrWindow : null,
        Ends = guest.Has(GuestFeature.Ends) ? c.Ends : null,
        Serial = guest.Has(GuestFeature.SerialDisk) ? c.Serial : null,
        Overlay = guest.Has(GuestFeature.Overlay) ? c.Overlay : null,
        Terminal = guest.Has(GuestFeature.Pipes) ? c.Terminal : null,
        User = guest.Has(GuestFeature.User) ? c.User : null,
        Group = guest.Has(GuestFeature.User) ? c.Group : null,
        AdditionalGroups = guest.Has(GuestFeature.User) ? c.AdditionalGroups : null,
    };
}
