using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Testing.Simulation;

namespace Rx.Qmp.Testing;

/// <summary>What a fake server does about one command. Immutable; one answer may serve any number of commands, each with its own
/// id.</summary>
public sealed class QmpAnswer
{
    private readonly Func<FakeQmpCommand, ImmutableArray<FakePart>>? _parts;
    private readonly Func<FakeQmpCommand, IObservable<string>>? _stream;
    private ImmutableArray<string> _before = [];
    private ImmutableArray<string> _behind = [];
    private FakeEnding _ending;
    private int? _cutAt;
    private (TimeSpan Time, IScheduler Scheduler)? _delay;

    private QmpAnswer(Func<FakeQmpCommand, ImmutableArray<FakePart>> parts) => _parts = parts;

    private QmpAnswer(Func<FakeQmpCommand, IObservable<string>> stream) => _stream = stream;

    private QmpAnswer(QmpAnswer other)
    {
        (_parts, _stream) = (other._parts, other._stream);
        (_before, _behind, _ending, _cutAt, _delay) = (other._before, other._behind, other._ending, other._cutAt, other._delay);
    }

    /// <summary>No answer at all. A server that runs commands one at a time is stuck with it.</summary>
    public static QmpAnswer Never { get; } = new(_ => System.Reactive.Linq.Observable.Never<string>());

    /// <summary>No answer; the server closes the connection instead.</summary>
    public static QmpAnswer HangUp { get; } = new(_ => ImmutableArray<FakePart>.Empty) { _ending = FakeEnding.HangUp };

    /// <summary>No answer; the connection breaks instead.</summary>
    public static QmpAnswer Reset { get; } = new(_ => ImmutableArray<FakePart>.Empty) { _ending = FakeEnding.Reset };

    /// <summary>A successful reply.</summary>
    /// <param name="json">The value as JSON.</param>
    /// <returns>The answer.</returns>
    public static QmpAnswer Value(string json = "{}")
    {
        ArgumentNullException.ThrowIfNull(json);
        return new(command => [new FakePart(command.Return(json), Styled: true)]);
    }

    /// <summary>An error reply.</summary>
    /// <param name="errorClass">The error's class.</param>
    /// <param name="description">The error's text.</param>
    /// <returns>The answer.</returns>
    public static QmpAnswer Error(string errorClass, string description) =>
        new(command => [new FakePart(command.Error(errorClass, description), Styled: true)]);

    /// <summary>An error reply without an id, as a server sends for what it could not parse.</summary>
    /// <param name="errorClass">The error's class.</param>
    /// <param name="description">The error's text.</param>
    /// <returns>The answer.</returns>
    public static QmpAnswer ErrorWithoutId(string errorClass, string description) =>
        new(_ => [new FakePart(QmpText.Error(errorClass, description), Styled: true)]);

    /// <summary>Text as it is, whatever it may be.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The answer.</returns>
    public static QmpAnswer Raw(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(_ => [new FakePart(text, Styled: false)]);
    }

    /// <summary>Messages of a stream, each sent when it comes: a reply without an id gets the command's. The command is done when the
    /// stream completes. An error that is a <see cref="QmpCommandException"/> becomes an error reply; any other breaks the
    /// connection.</summary>
    /// <param name="messages">Subscribed to once for each command; a marble diagram, for one.</param>
    /// <returns>The answer.</returns>
    public static QmpAnswer From(IObservable<string> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new(_ => messages);
    }

    /// <summary>Text as it is; null: no answer.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator QmpAnswer?(string? text) => text is null ? null : Raw(text);

    /// <summary>The same answer, some time after the command.</summary>
    /// <param name="time">How long after.</param>
    /// <param name="scheduler">The clock.</param>
    /// <returns>The new answer.</returns>
    public QmpAnswer After(TimeSpan time, IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        return new(this) { _delay = (time, scheduler) };
    }

    /// <summary>The same answer with messages in front, in the same write: QEMU sends the events of a command before its reply.</summary>
    /// <param name="messages">The messages.</param>
    /// <returns>The new answer.</returns>
    public QmpAnswer Following(params string[] messages) => new(this) { _before = [.. messages, .. _before] };

    /// <summary>The same answer with messages behind it, in the same write.</summary>
    /// <param name="messages">The messages.</param>
    /// <returns>The new answer.</returns>
    public QmpAnswer FollowedBy(params string[] messages) => new(this) { _behind = [.. _behind, .. messages] };

    /// <summary>The same answer, after which the server closes the connection.</summary>
    /// <returns>The new answer.</returns>
    public QmpAnswer ThenHangUp() => new(this) { _ending = FakeEnding.HangUp };

    /// <summary>Only the first bytes of this answer; then the server closes the connection.</summary>
    /// <param name="bytes">How many.</param>
    /// <returns>The new answer.</returns>
    /// <exception cref="InvalidOperationException">The answer is a stream, which has no first bytes.</exception>
    public QmpAnswer CutAfter(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return _parts is null
            ? throw new InvalidOperationException("A stream of messages cannot be cut; end the stream, then hang up.")
            : new(this) { _cutAt = bytes, _ending = FakeEnding.HangUp };
    }

    /// <summary>Does it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="send">Called with everything that goes out in one write.</param>
    /// <param name="done">Called once the command has been dealt with.</param>
    /// <returns>Ends what is still under way.</returns>
    internal IDisposable Play(FakeQmpCommand command, Action<FakeOutput> send, Action done)
    {
        if (_delay is not { } delay)
        {
            return PlayNow(command, send, done);
        }

        var playing = new SerialDisposable();
        playing.Disposable = delay.Scheduler.Schedule(delay.Time, () => playing.Disposable = PlayNow(command, send, done));
        return playing;
    }

    private IDisposable PlayNow(FakeQmpCommand command, Action<FakeOutput> send, Action done)
    {
        var before = Messages(_before);
        var behind = Messages(_behind);
        if (_parts is not null)
        {
            send(new FakeOutput([.. before, .. _parts(command), .. behind], _cutAt, _ending));
            done();
            return Disposable.Empty;
        }

        Pass(before, FakeEnding.None);
        return _stream!(command).Subscribe(
            message => Pass([new FakePart(QmpText.WithId(message, command.Id), Styled: true)], FakeEnding.None),
            fault => Finish(
                fault is QmpCommandException { Error: { } error }
                    ? [new FakePart(command.Error(error.Class, error.Description), Styled: true)]
                    : [],
                fault is QmpCommandException ? _ending : FakeEnding.Reset),
            () => Finish(behind, _ending));

        void Finish(ImmutableArray<FakePart> last, FakeEnding ending)
        {
            Pass(last, ending);
            done();
        }

        void Pass(ImmutableArray<FakePart> parts, FakeEnding ending)
        {
            if (!parts.IsEmpty || ending != FakeEnding.None)
            {
                send(new FakeOutput(parts, null, ending));
            }
        }
    }

    private static ImmutableArray<FakePart> Messages(ImmutableArray<string> messages) =>
        [.. messages.Select(message => new FakePart(message, Styled: true))];
}
