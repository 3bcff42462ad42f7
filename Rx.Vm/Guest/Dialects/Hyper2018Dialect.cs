using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

namespace Rx.Vm.Guest.Dialects;

/// <summary>
/// A hyperstart of 2018, API 4244 (docs/hyperstart.md): containers come one by one, a process is named by its container and an id of its own, and
/// its end is an event. The guest knows no pod that stops or ends; both are made of the containers' ends here.
/// </summary>
/// <remarks>
/// <code>
/// empty ─► starting (an answer for the pod and for each container) ─► running ─► (stopping) ─► ended: the last container's end is the pod's
/// </code>
/// </remarks>
internal sealed class Hyper2018Dialect() : GuestDialect("hyper2018", Abilities)
{
    /// <summary>The version that this dialect is; below a million both sides must agree on it.</summary>
    public const int Version = 4244;

    /// <summary>The id of a container's first process.</summary>
    internal const string FirstProcess = "init";

    private const int InputChunk = 16;

    private static readonly GuestFeatures Abilities = new(
        "hyperstart", Version, GuestFeature.Pipes | GuestFeature.User | GuestFeature.StdinEof | GuestFeature.Signal
        | GuestFeature.Ends);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, (string Container, string Process)> _processes = [];
    private int?[] _codes = [];
    private int _unanswered;
    private bool _isRefused;
    private bool _isStopping;
    private long _stop;
    private bool _isOver;

    /// <inheritdoc/>
    public override bool ErrorEndsWithMain => true;

    /// <inheritdoc/>
    public override string? Lacking(GuestFeature wanted) => HyperRefusals.Of(Name, Features, wanted);

    /// <inheritdoc/>
    public override string? Refuses(PodPayload pod)
    {
        lock (_gate)
        {
            return _codes.Length > 0 ? $"the guest speaks {Name}, which can't run a second pod in one machine" : base.Refuses(pod);
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<GuestCommand> StartPod(PodPayload pod)
    {
        lock (_gate)
        {
            _codes = new int?[pod.Containers.Length];
            _unanswered = pod.Containers.Length + 1;
            for (var i = 0; i < pod.Containers.Length; i++)
            {
                _containers[pod.Containers[i].Id] = i;
                _processes[pod.Containers[i].Tty] = (pod.Containers[i].Id, FirstProcess);
            }
        }

        return
        [
            new(GuestCode.StartPod, Json(new HyperPod(pod.Hostname, pod.ShareDir), HyperJson.Default.HyperPod)),
            .. pod.Containers.Select(c => new GuestCommand(GuestCode.NewContainer, Json(Container(c), HyperJson.Default.HyperContainer))),
        ];
    }

    /// <inheritdoc/>
    public override ImmutableArray<GuestCommand> StopPod(long token)
    {
        lock (_gate)
        {
            _stop = token;
            var alive = _containers.Where(c => _codes[c.Value] is null).Select(c => c.Key).ToArray();
            _isStopping = alive.Length > 0;
            return [.. alive.Select(c => Kill(c, 15) with { IsAside = true })];
        }
    }

    /// <inheritdoc/>
    public override GuestCommand Exec(ExecPayload exec)
    {
        var id = $"exec-{exec.Seq}";
        lock (_gate)
        {
            _processes[exec.Seq] = (exec.Container, id);
        }

        var process = new HyperProcess(
            id, exec.User, null, null, exec.Terminal ?? true, exec.Seq, exec.Stderr, exec.Cmd, exec.Envs, exec.Workdir ?? "");
        return new(GuestCode.ExecCmd, Json(new HyperExec(exec.Container, process), HyperJson.Default.HyperExec));
    }

    /// <inheritdoc/>
    public override bool CanSignalExecs => true;

    /// <inheritdoc/>
    public override GuestCommand SignalExec(ulong session, int signal)
    {
        var (container, process) = Of(session);
        return new(GuestCode.SignalProcess, Json(new HyperSignal(container, process, signal), HyperJson.Default.HyperSignal));
    }

    /// <inheritdoc/>
    public override GuestCommand WindowSize(ulong session, ushort rows, ushort columns)
    {
        var (container, process) = Of(session);
        return new(GuestCode.WinSize, Json(new HyperWindowSize(container, process, rows, columns), HyperJson.Default.HyperWindowSize));
    }

    /// <inheritdoc/>
    public override GuestStreamOptions Streams(OutputPolicy output, bool isExec = false, bool isMain = false) =>
        base.Streams(output, isExec, isMain) with { InputChunk = InputChunk };

    /// <inheritdoc/>
    public override ImmutableArray<GuestMessage> Hear(GuestMessage message)
    {
        lock (_gate)
        {
            return message switch
            {
                GuestAcked { Token: GuestCommand.AsideToken } or GuestRefused { Token: GuestCommand.AsideToken } => [],
                GuestAcked { Code: GuestCode.StartPod or GuestCode.NewContainer } acked => Started(acked.Token),
                GuestRefused { Code: GuestCode.StartPod or GuestCode.NewContainer } refused => NotStarted(refused),
                GuestAcked { Code: GuestCode.SignalProcess } acked => [acked with { Code = GuestCode.SignalExec }],
                GuestRefused { Code: GuestCode.SignalProcess } refused => [refused with { Code = GuestCode.SignalExec }],

                // Nobody of 2018 sends it.
                PodFinished or GuestProcessEnded => [],
                GuestEvent told => Ended(told.Payload.Span),
                _ => [message],
            };
        }
    }

    private ImmutableArray<GuestMessage> Started(long token)
    {
        _unanswered--;
        return _unanswered > 0 || _isRefused ? [] : [new GuestAcked(GuestCode.StartPod, token, default), .. EndOfPod()];
    }

    private ImmutableArray<GuestMessage> NotStarted(GuestRefused refused)
    {
        _unanswered--;
        if (_isRefused)
        {
            return [];
        }

        _isRefused = true;
        return [refused with { Code = GuestCode.StartPod }];
    }

    private ImmutableArray<GuestMessage> Ended(ReadOnlySpan<byte> payload)
    {
        if (HyperEvent.Read(payload) is not { } told)
        {
            return [new GuestLost(GuestLossKind.Protocol, "control channel: PROCESSASYNCEVENT is not the documented JSON")];
        }

        if (told.Event != "finished" || Find(told) is not { } session)
        {
            return [];
        }

        _processes.Remove(session);
        var code = Math.Clamp(told.Status, 0, 255);
        GuestMessage end = new GuestProcessEnded(new ProcessEnd(session, code, 0, default, 0));
        if (told.Process != FirstProcess)
        {
            return [end];
        }

        _codes[_containers[told.Container]] = code;
        return [end, .. EndOfPod()];
    }

    // A second word on a process, or one on a stranger, is none.
    private ulong? Find(HyperEvent told)
    {
        foreach (var (session, process) in _processes)
        {
            if (process == (told.Container, told.Process))
            {
                return session;
            }
        }

        return null;
    }

    private ImmutableArray<GuestMessage> EndOfPod()
    {
        if (_unanswered > 0 || _isRefused || _isOver || Array.Exists(_codes, c => c is null))
        {
            return [];
        }

        _isOver = true;
        int[] codes = [.. _codes.Select(c => c!.Value)];
        return _isStopping
            ? [new GuestAcked(GuestCode.StopPod, _stop, ControlFrame.EncodeExitCodes(codes))]
            : [new PodFinished(new ValueArray<int>([.. codes]))];
    }

    private (string Container, string Process) Of(ulong session)
    {
        lock (_gate)
        {
            return _processes.GetValueOrDefault(session, ("", ""));
        }
    }

    private static HyperContainer Container(ContainerPayload c) => new(
        c.Id,
        c.Rootfs,
        c.Image,
        c.FsType,
        new HyperProcess(
            FirstProcess, c.User, c.Group, c.AdditionalGroups, c.Terminal ?? true, c.Tty, c.Stderr, c.Cmd, c.Envs.Length == 0 ? null : c.Envs, c.Workdir),
        c.RestartPolicy,
        Initialize: false,
        ReadOnly: false);

    private static byte[] Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
