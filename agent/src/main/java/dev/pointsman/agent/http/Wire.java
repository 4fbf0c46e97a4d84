package dev.pointsman.agent.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;

/**
 * What Vert.x does not tell of a connection: that bytes come although there is no request yet, and
 * that a body has a chunk that is none (Vert.x would close the connection without a word).
 */
final class Wire {
  private static final String HANDLER = "handler"; // Vert.x's own, the last in its pipeline.

  private final ChannelHandlerContext head;

  private Wire(ChannelHandlerContext head) {
    this.head = head;
  }

  /**
   * Watches a connection that was just made, on its event loop.
   *
   * @param bytes runs whenever bytes came
   * @param brokenChunk runs when the decoder gave up on a body
   */
  static Wire watch(HttpConnection connection, Runnable bytes, Runnable brokenChunk) {
    if (!(connection instanceof ConnectionBase base)) {
      throw new IllegalStateException("not a connection of this Vert.x: " + connection.getClass());
    }
    ChannelPipeline pipeline = base.channel().pipeline();
    First first = new First(bytes);
    pipeline.addFirst(first);
    pipeline.addBefore(HANDLER, null, new Chunks(brokenChunk));
    return new Wire(pipeline.context(first));
  }

  /** Sends {@code text} past the encoder, for there is no request to answer, and closes. */
  void lastWords(String text) {
    head.executor()
        .execute(() ->
            head.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
                .addListener(ChannelFutureListener.CLOSE));
  }

  private static final class First extends ChannelInboundHandlerAdapter {
    private final Runnable bytes;

    First(Runnable bytes) {
      this.bytes = bytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      bytes.run();
      context.fireChannelRead(message);
    }
  }

  /** Keeps from Vert.x what the decoder could not understand of a body. */
  private static final class Chunks extends ChannelInboundHandlerAdapter {
    private final Runnable broken;

    Chunks(Runnable broken) {
      this.broken = broken;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      boolean isBroken =
          message instanceof HttpContent content
              && !(message instanceof HttpMessage)
              && content.decoderResult().isFailure();
      if (isBroken) {
        ReferenceCountUtil.release(message);
        broken.run();
      } else {
        context.fireChannelRead(message);
      }
    }
  }
}
